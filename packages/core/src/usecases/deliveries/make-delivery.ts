import type { Delivery, TellableFact } from '../../domain/delivery.ts'

export function makeDelivery(id: string, fact: TellableFact, subject: string, now: number): Delivery {
  return { v: 1, id, fact, subject, status: 'pending', attempts: [], tries: 0, firstTryAt: null, createdAt: now }
}
