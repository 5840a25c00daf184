import type { Body, BodySpec } from './bodies.ts'
import type { ApiKey } from './keys.ts'
import type { Parameters } from './parameters.ts'
import type { Rendering } from './serialize.ts'
import type { WebhookSender } from './webhook-sender.ts'

/** All a handler gets to know of a call that was let in. */
export interface Call extends Rendering {
  key: ApiKey
  /** The `{id}` of the path; empty where there is none. */
  id: string
  body: Body
  webhookSender: WebhookSender
}

export interface Answer {
  status: number
  body?: object
}

/** One operation of Apple's OpenAPI file. */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** As Apple writes it, with `{id}`. */
  path: string
  parameters?: Parameters
  body?: BodySpec
  /** The handler looks at the key's role itself; otherwise every write needs one that may manage testers. */
  checksRole?: true
  /** Throws an `AppleError` for whatever it refuses. */
  handle(call: Call): Answer
}

export const done: Answer = { status: 204 }
