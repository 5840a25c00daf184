import { describe, expect, it } from 'vitest'
import { startRig } from '../testing/client.ts'
import type { Rig } from '../testing/client.ts'

const day = 86_400_000

async function rows(rig: Rig, period = 'P7D'): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  let path = `/v1/betaGroups/${rig.groupId}/metrics/betaTesterUsages?groupBy=betaTesters&period=${period}&limit=2`
  for (;;) {
    const { status, body } = await rig.call('GET', path)
    expect(status).toBe(200)
    for (const { dataPoints, dimensions } of body.data) {
      const { data } = dimensions.betaTesters
      const sessions = dataPoints.map((point: any) => point.values.sessionCount)
      found[typeof data === 'string' ? data : `object ${data.id}`] = sessions.reduce((a: number, b: number) => a + b, 0)
    }
    if (!body.links.next) return found
    path = body.links.next
  }
}

/** An app with so many who installed. */
async function installed(rig: Rig, count: number): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: count }, (_, at) => rig.create(`u${at}@example.com`)))
  for (const id of ids) rig.emulator.setState(id, 'INSTALLED')
  return ids
}

describe('usage', () => {
  it('counts what each tester who installed did in the period, page by page', async () => {
    await using rig = await startRig()
    const [a = '', b = '', c = ''] = await installed(rig, 3)
    await rig.create('invited@example.com')
    const now = rig.clock.now()
    rig.emulator.setUsage(a, [
      { sessions: 2, at: now - day },
      { sessions: 5, at: now - 20 * day },
    ])
    rig.emulator.setUsage('u1@example.com', { sessions: 1, at: now - 40 * day })
    expect(await rows(rig)).toEqual({ [a]: 2, [b]: 0, [c]: 0 })
    expect(await rows(rig, 'P30D')).toEqual({ [a]: 7, [b]: 0, [c]: 0 })
    expect(await rows(rig, 'P90D')).toEqual({ [a]: 7, [b]: 1, [c]: 0 })
    rig.emulator.settings({ usagePoints: 'day', usageDimension: 'object' })
    expect(await rows(rig, 'P30D')).toEqual({ [`object ${a}`]: 7, [`object ${b}`]: 0, [`object ${c}`]: 0 })
  })

  it('trails, has gaps, goes to zero or is empty for everybody, as told', async () => {
    await using rig = await startRig()
    const [a = '', b = ''] = await installed(rig, 2)
    rig.emulator.setUsage(a, { sessions: 2 })
    rig.emulator.settings({ usageDelayMs: day })
    expect(await rows(rig)).toEqual({ [a]: 0, [b]: 0 })
    rig.clock.time += day
    expect(await rows(rig)).toEqual({ [a]: 2, [b]: 0 })
    rig.emulator.setUsage(b, 'gap')
    expect(await rows(rig)).toEqual({ [a]: 2 })
    rig.emulator.settings({ usageRows: 'zero' })
    expect(await rows(rig)).toEqual({ [a]: 0 })
    rig.emulator.settings({ usageRows: 'none' })
    expect(await rows(rig)).toEqual({})
  })

  it('is set over HTTP as well, with devices and testers of a public link', async () => {
    await using rig = await startRig()
    const [a = ''] = await installed(rig, 1)
    await rig.control('POST', '/testers/usage', { tester: a, usage: { sessions: 4 } })
    await rig.control('POST', '/testers/devices', { tester: a, devices: [{ model: 'iPad16,3', osVersion: '26.0' }] })
    const stranger = await rig.control('POST', '/testers/public', { groupId: rig.groupId, state: 'INSTALLED' })
    expect(await rows(rig)).toEqual({ [a]: 4, [stranger.id]: 0 })
    const { body } = await rig.call('GET', `/v1/betaGroups/${rig.groupId}/betaTesters`)
    expect(body.data.map(({ attributes }: any) => [attributes.email, attributes.inviteType])).toEqual([
      ['u0@example.com', 'EMAIL'],
      [undefined, 'PUBLIC_LINK'],
    ])
    expect(body.data[0].attributes.appDevices).toEqual([{ model: 'iPad16,3', osVersion: '26.0' }])
    expect(await rig.control('POST', '/testers/usage', { tester: a })).toEqual({
      error: 'usage must be an entry, a list of them, or "gap"',
    })
  })
})
