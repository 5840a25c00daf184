/** All that needs Bull Board: loaded with the first look at it, and a file of its own where the build makes a bundle. */
export { createBoard } from './board.ts'
export { LaneAdapter } from './lane-adapter.ts'
