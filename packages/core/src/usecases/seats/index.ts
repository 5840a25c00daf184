export { countSeats } from './count-seats.ts'
export { countWaiting } from './shares.ts'
