import { ROOT } from './root.ts'

export interface SourceKeys {
  /** hash: the sender's person id → SourcePerson */
  people: string
  /** sorted set: ids of those of them who are entitled to nothing, by when that was told (ms): they make room */
  idle: string
  /** string: when the source was made that all this is of (ms) */
  born: string
  /** list: the newest payloads that arrived, without their content */
  received: string
  /** string with expiry: a payload that was recorded, by the digest of the sender's event id or of the body */
  seen: (digest: string) => string
  /** string with expiry: a refused payload was noted a moment ago */
  refused: string
}

/** No team key id holds a colon, so the hash tag is nobody else's. */
export function sourceKeys(sourceId: string): SourceKeys {
  const root = `${ROOT}:{src:${sourceId}}`
  return {
    born: `${root}:born`,
    people: `${root}:people`,
    idle: `${root}:idle`,
    received: `${root}:received`,
    seen: (digest) => `${root}:seen:${digest}`,
    refused: `${root}:refused`,
  }
}
