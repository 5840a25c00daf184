import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

const LARGE = 100_000

describe('large bodies that have come', () => {
  const senders: Record<string, object> = {
    many: { caller: { id: 'many', rosters: null } },
    one: { caller: { id: 'one', rosters: null } },
    eve: { user: { name: 'eve' } },
    nobody: {},
  }
  const sender = (name: string) => senders[name] as FastifyRequest

  it('are parsed one at a time, by turns of those who sent them', async () => {
    const order: string[] = []
    let underWay = 0
    const take = (name: string) =>
      api.app.bodyTurns.take(sender(name), LARGE, async (step) => {
        underWay++
        order.push(`${name} of ${underWay}`)
        await step(() => {})
        underWay--
      })
    const sent = [...Array.from({ length: 10 }, () => 'many'), 'one', 'eve', 'nobody'].map(take)
    await Promise.all(sent)
    expect(order.slice(0, 5).sort()).toEqual(['eve of 1', 'many of 1', 'many of 1', 'nobody of 1', 'one of 1'])
    expect(order).toHaveLength(sent.length)
    expect(order.filter((one) => !one.endsWith(' of 1'))).toEqual([])
  })

  it('keep nobody waiting whose body is small', async () => {
    let release = () => {}
    const held = api.app.bodyTurns.take(
      sender('many'),
      LARGE,
      () => new Promise<void>((resolve) => (release = resolve)),
    )
    expect(await api.app.bodyTurns.take(sender('one'), 100, async () => 'read')).toBe('read')
    release()
    await held
  })
})
