export { describeUsage, systemOf, type RosterUsage } from './describe-usage.ts'
export { listIdle, type IdleList } from './list-idle.ts'
export { planReclaim } from './plan-reclaim.ts'
