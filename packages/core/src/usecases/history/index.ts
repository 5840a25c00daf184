export { readHistory, sampleHistory } from './sample-history.ts'
export { startHistory } from './start-history.ts'
