export { createTokenFinder } from './find-token.ts'
export { createToken, deleteToken, listTokens, type TokenInput } from './tokens.ts'
