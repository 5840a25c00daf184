export { findSession, logOut } from './find-session.ts'
export { networkOf, siteOf } from './network.ts'
export { DEVICE_MS } from './device.ts'
export { IDLE_MS, logIn, type LogInOutcome, type SessionDeps } from './log-in.ts'
