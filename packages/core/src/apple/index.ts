export { isWriteAmbiguous } from './classify.ts'
export { createAppleClient, type AppleClient, type AppleClientDeps, type AppleSession } from './client.ts'
export { importSigningKey } from './signing-key.ts'
export type * from './types.ts'
