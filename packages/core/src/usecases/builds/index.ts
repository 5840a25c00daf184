export { buildsAgainTask, buildsTask, planRosterTasks } from '../schedule/plan-roster-tasks.ts'
export { sweepTasks, type TaskSweepDeps } from '../schedule/sweep-tasks.ts'
export { watchBuilds } from './watch-builds.ts'
