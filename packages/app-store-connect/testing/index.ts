/** For tests that answer in Apple's place, below HTTP: the calls of a session over any transport, and what an answer means. */
export { classify, unreachable } from '../src/classify.ts'
export { createGroupCalls } from '../src/groups.ts'
export type { Caller } from '../src/paginate.ts'
export type { Call } from '../src/request.ts'
export { parseTesterState } from '../src/shapes.ts'
export { createTesterCalls } from '../src/testers.ts'
