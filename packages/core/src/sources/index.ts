import type { SourceKindName } from '../domain/source.ts'
import { ghost } from './ghost/ghost.ts'
import { patreon } from './patreon/patreon.ts'
import type { SourceKind } from './source-kind.ts'
import { stripe } from './stripe/stripe.ts'

export { createEvaluator, MapError, type Evaluator } from './generic/evaluate.ts'
export { isGenericSigned } from './generic/generic.ts'
export { PayloadError, type Reading, type ReceivedRequest } from './source-kind.ts'

/** Every sender with a mapping of its own; `generic` brings its mapping as an expression. */
export const SOURCE_READERS: Record<Exclude<SourceKindName, 'generic'>, SourceKind> = { stripe, patreon, ghost }
