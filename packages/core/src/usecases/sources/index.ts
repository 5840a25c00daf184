export {
  deleteSource,
  getSource,
  listSources,
  putSource,
  sourceContext,
  type SourceDeps,
  type SourceInput,
} from './put-source.ts'
export { receivePayload, type Received, type ReceiveDeps } from './receive-payload.ts'
export { tryPayload } from './try-payload.ts'
export { type ParseItem, type ReadDeps } from './read-payload.ts'
export { forgetInSources } from './forget-person.ts'
