import { expect, it } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import { conclude } from './conclude.ts'
import { makeDelivery } from './make-delivery.ts'

it('of many long answers the newest are kept, and an older one says that it is not: an empty or a short one stays as it was', () => {
  const answers = ['', 'busy', ...Array.from({ length: 12 }, (_, at) => `${at}: `.padEnd(1_024, 'x'))]
  const deps = { clock: systemClock, random: () => 0 }
  const fact = { type: 'webhook.test', webhook: 'crm', at: 0 } as const
  const { attempts } = answers.reduce(
    (delivery, answer, at) =>
      conclude(deps, delivery, at, { status: 500, answer, durationMs: 1, isAborted: false }).delivery,
    makeDelivery('msg_1', fact, 's', 0),
  )
  const told = attempts.map(({ answer }) => (answer.startsWith('No longer kept') ? 'gone' : answer))
  expect(told).toEqual(['', 'busy', ...Array.from({ length: 5 }, () => 'gone'), ...answers.slice(-7)])
  expect(JSON.stringify(attempts).length).toBeLessThan(10 * 1024)
})
