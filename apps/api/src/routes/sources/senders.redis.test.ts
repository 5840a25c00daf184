import { signGhost, signPatreon } from '@flightroster/core/testing'
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { recorded, SECRET, sourceCalls } from '../../../testing/source-calls.ts'

let api: TestApi
const { put, post, member } = sourceCalls(() => api)
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  for (const id of ['gold', 'silver', 'bronze']) await api.addRoster({ id, group: { id: `group-${id}`, name: id } })
})

describe('other senders', () => {
  it('Patreon: tiers decide, the same body within ten minutes is a repeat', async () => {
    await put('patrons', { kind: 'patreon', secret: SECRET, rosters: { '77': 'silver' } })
    const send = (name: string, event: string) => {
      const text = JSON.stringify(recorded('patreon', name))
      return post('patrons', text, { ...signPatreon(SECRET, text), 'x-patreon-event': event })
    }
    const id = recorded('patreon', 'members.create')['data'].id as string
    await send('members.create', 'members:create')
    expect(await member('silver', id)).toBeNull()
    expect((await send('members.pledge.create', 'members:pledge:create')).json()).toEqual({ accepted: 1, ignored: 0 })
    expect((await send('members.pledge.create', 'members:pledge:create')).json()).toEqual({ accepted: 0, ignored: 1 })
    expect(await member('silver', id)).toMatchObject({ desired: 'present', email: 'ann@example.com' })
    await send('members.delete', 'members:delete')
    expect(await member('silver', id)).toMatchObject({ desired: 'absent' })
  })

  it('Ghost: by tiers, a deletion by what was before', async () => {
    await put('blog', { kind: 'ghost', secret: SECRET, rosters: { tier_77: 'gold', free: 'bronze' } })
    const send = (name: string) => {
      const text = JSON.stringify(recorded('ghost', name))
      return post('blog', text, signGhost(SECRET, text, api.deps.clock.now()))
    }
    const id = recorded('ghost', 'member.added')['member'].current.id as string
    await send('member.added')
    expect(await member('bronze', id)).toMatchObject({ desired: 'present' })
    expect((await send('member.edited')).json()).toEqual({ accepted: 2, ignored: 0 })
    expect([(await member('bronze', id)).desired, (await member('gold', id)).desired]).toEqual(['absent', 'present'])
    await send('member.deleted')
    expect((await member('gold', id)).desired).toBe('absent')
  })

  it('generic: an expression makes events, which name rosters by key or by id', async () => {
    await put('crm', {
      kind: 'generic',
      secret: SECRET,
      rosters: { 'plan-a': 'gold' },
      signature: { header: 'X-Signature', algorithm: 'sha1', encoding: 'base64', prefix: 'sha1=' },
      map: 'people.{"type": active ? "member.joined" : "member.left", "data": {"roster": plan, "member": {"id": id, "email": mail}}}',
    })
    const send = (payload: unknown) => {
      const text = JSON.stringify(payload)
      return post('crm', text, { 'x-signature': `sha1=${createHmac('sha1', SECRET).update(text).digest('base64')}` })
    }
    const answer = await send({
      people: [
        { id: 'u-1', plan: 'plan-a', mail: 'u1@example.com', active: true },
        { id: 'u-2', plan: 'silver', mail: 'u2@example.com', active: true },
        { id: 'u-3', plan: 'nowhere', mail: 'u3@example.com', active: true },
        { id: 'u-4', plan: 'silver', mail: 'not an address', active: true },
      ],
    })
    expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 2, ignored: 2 }])
    expect([(await member('gold', 'u-1')).email, (await member('silver', 'u-2')).email]).toEqual([
      'u1@example.com',
      'u2@example.com',
    ])
    expect((await send({ people: 7 })).statusCode).toBe(422)
    expect((await send({ nobody: true })).json()).toEqual({ accepted: 0, ignored: 1 })
  })
})
