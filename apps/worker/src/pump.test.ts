import type { Claim, ReadyIndex } from '@flightroster/core/store'
import { createLog } from '@flightroster/core/log'
import { eventually, timePasses } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { createPump } from './pump.ts'

it('waits at its end for every visit under way, also of a lane that was rung and claimed again meanwhile', async () => {
  const due: Claim[] = [{ lane: 'acme', until: 1 }]
  const ready = { claim: async () => due.splice(0), settle: async () => {} } as unknown as ReadyIndex
  let finishLong = () => {}
  let visits = 0
  const pump = createPump({
    ready,
    log: createLog({ level: 'silent', name: 'test' }),
    concurrency: 4,
    only: undefined,
    async visit() {
      // The first is long; the second finds the lane taken, and is over at once.
      if (++visits === 1) await new Promise<void>((resolve) => (finishLong = resolve))
      return { inMs: null, holdMs: 0, idle: null }
    },
  })
  pump.start()
  await eventually(() => expect(visits).toBe(1))
  due.push({ lane: 'acme', until: 2 })
  await eventually(() => expect(visits).toBe(2))
  await eventually(() => expect(pump.running()).toBe(1))

  let drained = false
  const draining = pump.drain().then(() => (drained = true))
  await timePasses(50)
  expect(drained).toBe(false)
  finishLong()
  await draining
  expect(drained).toBe(true)
})

it('opens a rung lane in the step that claims it while it has nothing else to do, and leaves one that another worker has', async () => {
  const [asked, settled]: [string[][], Claim[]] = [[], []]
  const ready = {
    async claim({ only = [] }: { only?: string[] }) {
      asked.push(only)
      return only.map((lane) => ({ lane, until: 7 }))
    },
    settle: async (claim: Claim) => void settled.push({ ...claim }),
  } as unknown as ReadyIndex
  const visits: { claim: Claim; end: () => void }[] = []
  const pump = createPump({
    ready,
    log: createLog({ level: 'silent', name: 'test' }),
    concurrency: 4,
    only: undefined,
    async visit(claim) {
      await new Promise<void>((resolve) => visits.push({ claim, end: resolve }))
      return { inMs: null, holdMs: 0, idle: null }
    },
  })
  pump.doorbell('taken')
  expect(visits.map(({ claim }) => claim)).toEqual([{ lane: 'taken', until: 0 }])
  visits[0]?.end()
  await eventually(() => expect(pump.running()).toBe(0))
  expect([asked, settled]).toEqual([[], []])

  pump.doorbell('ours')
  pump.doorbell('ours')
  pump.doorbell('another')
  await eventually(() => expect(visits.map(({ claim }) => claim.until)).toEqual([0, 0, 7]))
  expect(asked).toEqual([['another']])
  const [, ours] = visits
  if (ours) ours.claim.until = 5
  for (const { end } of visits) end()
  await eventually(() => expect(settled).toHaveLength(2))
  expect(settled).toEqual([
    { lane: 'ours', until: 5 },
    { lane: 'another', until: 7 },
  ])
  await pump.drain()
})
