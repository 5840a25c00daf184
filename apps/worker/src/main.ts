import { findBundle, runBundle } from '@flightroster/core/bundle'

// A few files instead of a thousand: a start takes a third of the time (docs/decisions/bundles.md).
const bundle = findBundle(import.meta.url)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bundle is made of that very file
const { run } = bundle === undefined ? await import('./run.ts') : (runBundle(bundle) as typeof import('./run.ts'))
await run()
