export { networkOf } from './network.ts'
export { findSession, logOut } from './find-session.ts'
export { IDLE_MS, logIn, type LogInOutcome, type SessionDeps } from './log-in.ts'
