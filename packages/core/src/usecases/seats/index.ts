export { countSeats } from './count-seats.ts'
export { describeSeats, type SeatsDescription } from './describe-seats.ts'
export { lookAtSeats, type SeatView } from './look-at-seats.ts'
export { countWaiting } from './shares.ts'
