import { makeRoster } from '@flightroster/core/testing'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { createFacts } from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import { tellFacts } from './index.ts'
import type { Desired } from '../../domain/member.ts'

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('telling', () => {
  it('sends a fact to each webhook that asks for it, signed, under one id', async () => {
    const { secret } = await rig.put()
    await rig.put({ id: 'other', types: ['build.*'] })
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    await rig.deliver('other')
    expect(rig.receiver.received).toHaveLength(1)
    const [callback] = rig.receiver.received
    const headers = callback?.headers as Record<string, string>
    expect(new Webhook(secret ?? '').verify(callback?.text ?? '', headers)).toMatchObject({ type: 'member.invited' })
    expect(headers['content-type']).toBe('application/json')
    expect((await rig.listed())[0]?.delivery).toMatchObject({ id: callback?.id, status: 'delivered' })
    expect(await rig.listed('other')).toEqual([])
  })

  it('drops facts that nobody asks for', async () => {
    await rig.tell(rig.fact('u-1', 1))
    expect(await createFacts(rig.redis, 'acme').peek(10)).toEqual([])
  })

  it('tells a webhook of the first fact after it was put', async () => {
    await rig.tell(rig.fact('u-1', 1))
    await rig.put()
    await rig.tell(rig.fact('u-1', 2))
    await rig.deliver()
    expect(rig.told()).toEqual(['u-1:2'])
  })

  it('makes no second delivery after a death between making deliveries and dropping the facts', async () => {
    await rig.put()
    const facts = [rig.fact('u-1', 1), rig.fact('u-1', 2)]
    await rig.tell(...facts)
    await rig.deliver()
    await rig.tell(...facts)
    await rig.deliver()
    expect(rig.told()).toEqual(['u-1:1', 'u-1:2'])
    expect(await rig.listed()).toHaveLength(2)
  })

  it('loses nothing where two tell at once, also with an outdated view of the facts', async () => {
    await rig.put()
    const facts = createFacts(rig.redis, 'acme')
    await facts.add([rig.fact('u-1', 1)])
    const outdated = await facts.peek(10)
    await Promise.all([tellFacts(rig.deps, 'acme'), tellFacts(rig.deps, 'acme')])
    await facts.add([rig.fact('u-1', 2)])
    expect(await facts.told('another', outdated, 10)).toEqual([rig.fact('u-1', 2)])
    await tellFacts(rig.deps, 'acme')
    await rig.deliver()
    expect(rig.told()).toEqual(['u-1:1', 'u-1:2'])
  })

  it('gives the address of a member only where it is asked for, read when it is sent, and keeps it nowhere else', async () => {
    await rig.put({ includeEmail: true })
    await rig.put({ id: 'plain' })
    await rig.deps.store.enterRoster(makeRoster())
    const names = { email: 'Ann@example.com', firstName: null, lastName: null }
    const desired: Desired = { v: 1, version: 1, present: true, ...names, time: 1, at: 1, joined: 1 }
    await rig.redis.hset('fr:{acme}:roster:gold:desired', 'u-1', JSON.stringify(desired))
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    await rig.deliver('plain')
    expect(rig.receiver.received.map(({ body }) => body.data['member'].email)).toEqual(['Ann@example.com', undefined])
    const kept = await rig.redis.hgetall(webhookKeys('crm').deliveries)
    expect(JSON.stringify(kept)).not.toContain('example.com')
    expect(rig.logged.join('')).not.toContain('example.com')
  })
})
