export { countSeats } from './count-seats.ts'
export { describeSeats, type RosterSeats, type SeatsDescription } from './describe-seats.ts'
export { countWaiting } from './shares.ts'
