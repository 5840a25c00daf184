import {
  createFlightroster,
  FlightrosterError,
  verifyCallback,
  type Args,
  type Flightroster,
} from '@flightroster/client'
import { eventually, type Receiver } from '@flightroster/core/testing'
import { expect } from 'vitest'

export interface Place {
  url: string
  client: Flightroster
  key: AppleKey
  newKey: AppleKey
  /** Where callbacks go. */
  receiver: Receiver
}

interface AppleKey {
  issuerId: string
  keyId: string
  privateKey: string
}

/** What somebody keeps between two pages: a secret is told once. */
const kept = { webhookSecret: '' }

/**
 * The steps of each how-to page by the client whose types are made of the reference: without a cast, an `any` or a `!`, which a test reads
 * here. A step that needs one needs a better document.
 */
export const STEPS: Record<string, (place: Place) => Promise<void>> = {
  async 'connect-your-first-app.md'({ client, key }) {
    const made = await client.putTeamKey({ teamKeyId: 'studio', body: key })
    expect(made.keyId).toBe(key.keyId)
    const { findings } = await client.checkTeamKey({ teamKeyId: 'studio' })
    expect(findings.filter(({ ok }) => ok !== true)).toEqual([])
    const roster = await client.putRoster({
      rosterId: 'first',
      body: { teamKey: 'studio', app: { bundleId: 'com.acme.app' }, group: { name: 'Beta – First', create: true } },
    })
    expect([roster.id, roster.group.name]).toEqual(['first', 'Beta – First'])
    const { status } = await client.putMember({
      rosterId: 'first',
      memberId: 'u-1',
      body: { email: 'ann@example.com' },
    })
    expect(status).toBe('accepted')
    await eventually(async () => {
      const member = await client.getMember({ rosterId: 'first', memberId: 'u-1' })
      expect([member.status, member.problem?.code]).toEqual(['not_invited', 'build_missing'])
    })
    const timeline = await client.getMemberTimeline({ rosterId: 'first', memberId: 'u-1' })
    expect(timeline.items.map(({ text }) => text)).toContain('The membership began, through the API.')
  },

  async 'import-from-app-store-connect.md'({ client }) {
    const body = 'First Name,Last Name,Email\nAnn,Lee,ann.lee@example.com\nBen,Okafor,ben.okafor@example.com\n'
    const tried = await client.putMembers({ rosterId: 'imported', dryRun: true, body })
    expect('names' in tried.plan ? tried.plan.names.add : []).toEqual(['ann.lee@example.com', 'ben.okafor@example.com'])
    const taken = await client.putMembers({ rosterId: 'imported', body })
    expect([taken.plan.add, taken.held]).toEqual([2, false])
    await waitFor(client, 'imported', taken.reconciliation)
    const { drift } = await client.getRoster({ rosterId: 'imported' })
    expect(drift).toBe(0)
  },

  async 'a-nightly-list.md'({ client }) {
    const list = {
      rosterId: 'nightly',
      columns: 'id:Member ID,email:Email',
      body: 'Member ID,Email\nu-1001,ann.lee@example.com\nu-1002,ben.okafor@example.com\n',
    }
    const { plan, rejected, reconciliation } = await client.putMembers(list)
    expect([plan.add, rejected]).toEqual([2, []])
    await waitFor(client, 'nightly', reconciliation)
    const again = await client.putMembers(list)
    expect([again.plan.add, again.plan.update, again.plan.remove]).toEqual([0, 0, 0])
    const held = []
    for await (const one of client.all.listReconciliations({ rosterId: 'nightly' })) {
      if (one.status === 'held') held.push(one.removals.length)
    }
    expect(held).toEqual([])
  },

  async 'events-from-your-own-code.md'({ client }) {
    const member = { id: 'u-42', email: 'zoe@example.com', firstName: 'Zoe' }
    const joined: Args<'postEvents'>['body'] = {
      id: 'evt-1',
      source: '/shop',
      type: 'member.joined',
      data: { roster: 'gold', member },
    }
    expect((await client.postEvents({ body: joined })).accepted).toBe(1)
    expect((await client.postEvents({ body: joined })).duplicate).toBe(1)
    const { events } = await client.postEvents({
      body: [{ type: 'member.left', data: { roster: 'gold', member: { id: 'u-42' } } }],
    })
    expect(events.map(({ status, problem }) => [status, problem?.code])).toEqual([['accepted', undefined]])
  },

  async 'receive-callbacks.md'({ client, receiver }) {
    const webhook = await client.putWebhook({
      webhookId: 'how-to',
      body: { url: receiver.url, types: ['member.*', 'roster.held'], rosters: ['gold'] },
    })
    kept.webhookSecret = 'secret' in webhook ? webhook.secret : ''
    const { id } = await client.testWebhook({ webhookId: 'how-to' })
    await eventually(async () => {
      const { items } = await client.listDeliveries({ webhookId: 'how-to' })
      const [sent] = items.filter((one) => one.id === id)
      expect([sent?.type, sent?.attempts.map(({ status }) => status)]).toEqual(['webhook.test', [204]])
    })
    const [posted] = receiver.received.filter((one) => one.id === id)
    const callback = await verifyCallback(kept.webhookSecret, posted?.headers ?? {}, posted?.text ?? '')
    expect(callback.type).toBe('webhook.test')
  },

  async 'go-to-production.md'({ client }) {
    expect((await client.getHealth()).status).toBe('ok')
    expect((await client.getReadiness()).status).toBe('ready')
    for await (const { id } of client.all.listTeamKeys()) {
      const { findings } = await client.checkTeamKey({ teamKeyId: id })
      expect(findings.flatMap(({ ok, action }) => (ok === false ? [action] : []))).toEqual([])
    }
    const states: string[] = []
    for await (const { state } of client.all.listLanes()) states.push(state)
    expect(states).not.toContain('blocked')
  },

  async 'give-a-team-its-own-token.md'({ client, url }) {
    const { id, token } = await client.createToken({
      body: { name: 'crm-team', scopes: ['events:write', 'rosters:read', 'rosters:write'], rosters: ['gold'] },
    })
    const team = createFlightroster({ url, token })
    expect((await team.getRoster({ rosterId: 'gold' })).id).toBe('gold')
    expect(await codeOf(team.getRoster({ rosterId: 'imported' }))).toBe('not_found')
    await client.deleteToken({ tokenId: id })
    expect(await codeOf(team.getRoster({ rosterId: 'gold' }))).toBe('unauthenticated')
  },

  async 'what-apples-states-mean.md'({ client }) {
    await eventually(async () => {
      const { status, tester, waitsFor } = await client.getMember({ rosterId: 'gold', memberId: 'u-1001' })
      expect([status, tester?.state, waitsFor?.code]).toEqual(['invited', 'INVITED', undefined])
    })
  },

  async 'when-the-app-is-full.md'({ client }) {
    const { seats } = await client.getRoster({ rosterId: 'gold' })
    expect(seats.limit).toBe(10_000)
    const { items, total } = await client.listMembers({ rosterId: 'gold', status: 'waiting' })
    expect([items, total]).toEqual([[], 0])
  },

  async 'rotate-a-key.md'({ client, newKey, receiver }) {
    expect((await client.putTeamKey({ teamKeyId: 'studio', body: newKey })).keyId).toBe(newKey.keyId)
    expect((await client.checkTeamKey({ teamKeyId: 'studio' })).findings.every(({ ok }) => ok)).toBe(true)
    const { secret } = await client.rotateWebhookSecret({ webhookId: 'how-to' })
    const { id } = await client.testWebhook({ webhookId: 'how-to' })
    await eventually(() => expect(receiver.received.map((one) => one.id)).toContain(id))
    const [posted] = receiver.received.filter((one) => one.id === id)
    for (const signing of [secret, kept.webhookSecret]) {
      expect((await verifyCallback(signing, posted?.headers ?? {}, posted?.text ?? '')).type).toBe('webhook.test')
    }
  },
}

async function waitFor(client: Flightroster, rosterId: string, reconciliationId: string | null): Promise<void> {
  if (reconciliationId === null) throw new Error('Nothing was begun.')
  await eventually(async () => {
    expect((await client.getReconciliation({ rosterId, reconciliationId })).status).toBe('done')
  })
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof FlightrosterError ? error.code : 'none'
}
