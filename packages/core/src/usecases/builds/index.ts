export { buildsAgainTask, buildsTask, planRosterTasks } from './plan-roster-tasks.ts'
export { sweepTasks, type TaskSweepDeps } from './sweep-tasks.ts'
export { watchBuilds } from './watch-builds.ts'
