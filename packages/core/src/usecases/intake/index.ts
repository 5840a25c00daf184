export * from './accept-events.ts'
