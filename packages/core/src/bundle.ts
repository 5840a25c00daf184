import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * What `scripts/bundle.mjs` made of a program and all that it imports, beside the program's main file.
 * Undefined where there is none, or where the compiler has written something since: then the modules themselves are run.
 */
export function findBundle(main: string): URL | undefined {
  const bundle = new URL('./bundle/run.cjs', main)
  const bundledAt = timeOf(bundle)
  if (bundledAt === undefined) return undefined
  const isOld = [main, import.meta.url].some((file) => {
    const builtAt = timeOf(new URL('./tsconfig.tsbuildinfo', file))
    return builtAt !== undefined && builtAt > bundledAt
  })
  return isOld ? undefined : bundle
}

/** Runs a bundle (CommonJS) in this process; gives what it exports. */
export function runBundle(bundle: URL): unknown {
  return createRequire(bundle)(fileURLToPath(bundle)) as unknown
}

function timeOf(file: URL): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
