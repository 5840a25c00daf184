export { createSealer, SealError, type Sealer } from './seal.ts'
export { createToRef, eventDigest, type ToRef } from './member-ref.ts'
