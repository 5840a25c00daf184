import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './place.mjs'

/** Folders of the workspace's packages, relative to the root. */
export function packageFolders() {
  const nested = ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
  )
  return [...nested, 'e2e', 'bench'].filter((folder) => existsSync(join(ROOT, folder, 'package.json')))
}

/** Those that are built and run. */
export function builtFolders() {
  return packageFolders().filter((folder) => folder.includes('/'))
}
