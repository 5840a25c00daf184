export { describeErasure, type ErasureDescription } from './describe-erasure.ts'
export { erasePerson } from './erase-person.ts'
