export { startReclaim } from './start-reclaim.ts'
