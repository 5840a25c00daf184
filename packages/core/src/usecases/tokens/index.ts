export { createToken, type TokenInput } from './create-token.ts'
export { deleteToken } from './delete-token.ts'
export { createTokenFinder } from './find-token.ts'
export { listTokens } from './list-tokens.ts'
