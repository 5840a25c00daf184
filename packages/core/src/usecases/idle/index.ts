export { listIdle, type IdleList } from './list-idle.ts'
export { planReclaim } from './plan-reclaim.ts'
export { startReclaim } from './start-reclaim.ts'
