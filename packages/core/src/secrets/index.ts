export { createSealer, openIfOurs, SealError, type Sealer } from './seal.ts'
export { createToRef, eventDigest, formerEventDigest, isRef, type ToRef } from './member-ref.ts'
export { createPasswordCheck, type PasswordCheck, type Turn } from './password.ts'
export { identifyToken, isSameHash, isToken, makeToken } from './api-token.ts'
