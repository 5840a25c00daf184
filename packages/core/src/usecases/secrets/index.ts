export { checkSecrets } from './check-secrets.ts'
export { resealSecrets, type ResealDeps, type ResealResult } from './reseal-secrets.ts'
