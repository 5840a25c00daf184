export { listIdle, type IdleList } from './list-idle.ts'
