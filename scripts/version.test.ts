import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from './lib/place.mjs'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const versionOf = (folder: string): string => JSON.parse(read(join(folder, 'package.json'))).version
const within = (folder: string) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name))

it('there is one version, in every package, in what is deployed, and as the newest of CHANGELOG.md', () => {
  const version = versionOf('.')
  const packages = [...within('apps'), ...within('packages'), 'e2e', 'bench']
  expect(packages.filter((folder) => versionOf(folder) !== version)).toEqual([])
  const overlays = within('deploy/kubernetes/overlays').map((folder) => read(join(folder, 'kustomization.yaml')))
  expect(overlays.map((text) => /newTag: (\S+) /.exec(text)?.[1])).toEqual(overlays.map(() => version))
  expect(/^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version)
})

it('every release of CHANGELOG.md has left a file for the tests of an upgrade', () => {
  const releases = [...read('CHANGELOG.md').matchAll(/^## (\S+)/gm)].map((match) => match[1])
  expect(readdirSync(join(ROOT, 'e2e/fixtures')).filter((name) => /^\d/.test(name))).toEqual(releases.toReversed())
})
