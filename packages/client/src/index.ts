export { createFlightroster, type FlightrosterOptions } from './create-flightroster.ts'
export { FlightrosterError, type Fault } from './error.ts'
export { verifyCallback } from './verify-callback.ts'
export type {
  Answer,
  Args,
  CallOptions,
  Callback,
  Flightroster,
  Item,
  OperationId,
  PagedOperationId,
  Schemas,
} from './types.ts'
