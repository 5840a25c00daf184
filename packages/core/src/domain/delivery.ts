import type { Fact } from './fact.ts'

/** What a receiver is sent on request, to see whether callbacks arrive. */
export interface TestFact {
  type: 'webhook.test'
  webhook: string
  at: number
}

/** What a delivery can carry: something that happened, or the test that a person sent. */
export type TellableFact = Fact | TestFact

/** One try to deliver a callback, as the console and `GET …/deliveries` show it. */
export interface DeliveryAttempt {
  at: number
  /** The HTTP status; null where there was no answer. */
  status: number | null
  durationMs: number
  /** The first kilobyte of the answer; without one, what went wrong, and of an older try perhaps that it is no longer kept. */
  answer: string
}

/** One fact on its way to one webhook. */
export interface Delivery {
  v: 1
  /** The webhook-id of every try. */
  id: string
  fact: TellableFact
  /** What the fact is about, opaque: deliveries about the same come one after the other. */
  subject: string
  status: 'pending' | 'delivered' | 'failed'
  /** The newest tries, oldest first. */
  attempts: DeliveryAttempt[]
  /** Failed tries since it was made or replayed, and when the first of them was (ms): the schedule goes by these. */
  tries: number
  firstTryAt: number | null
  createdAt: number
}
