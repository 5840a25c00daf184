export * from './accept-events.ts'
export * from './request-work.ts'
