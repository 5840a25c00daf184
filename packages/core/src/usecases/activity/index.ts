export { isActivityPlace, listActivity, listAllActivity, type ActivityFilter } from './list-activity.ts'
export { noteActivity, noteRosterActivity, type ActivityDeps } from './note-activity.ts'
