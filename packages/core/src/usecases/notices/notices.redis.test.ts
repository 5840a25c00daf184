import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { answerWith } from '../../../testing/receiver.ts'
import { startSmtp, type SmtpServer } from '../../../testing/smtp.ts'
import { ownNames } from '../../../testing/names.ts'
import { createMailer, createUrlGuard, type Mailer } from '../../callbacks/index.ts'
import type { Fact } from '../../domain/fact.ts'
import { createFacts } from '../../store/index.ts'
import { tellFacts, tryDelivery } from '../callbacks/index.ts'
import { createDeliveryLine } from '../../store/index.ts'
import { deleteNotice, describeNotice, getNotice, putNotice, testNotice } from './index.ts'

let rig: CallbacksRig
let smtp: SmtpServer
let mailer: Mailer

beforeEach(async () => {
  rig = await startCallbacksRig()
  smtp = await startSmtp()
  mailer = createMailer(smtp.url, 'Flightroster <ops@flightroster.example.com>', 10_000)
})
afterEach(async () => {
  mailer.close()
  smtp.close()
  await rig[Symbol.asyncDispose]()
})

const put = (input: Partial<Parameters<typeof putNotice>[1]> = {}) =>
  putNotice(rig.deps, {
    id: 'ops',
    kind: 'slack',
    target: rig.receiver.url,
    types: ['roster.held'],
    rosters: null,
    ...input,
  })
let sequence = 0
const fact = (type: 'roster.held' | 'roster.blocked' | 'roster.recovered', roster = 'gold', plan = 'p-1'): Fact => ({
  type,
  roster,
  sequence: ++sequence,
  ...(type === 'roster.held' ? { reconciliation: plan } : {}),
  problem: null,
  at: rig.clock.now(),
})
const tell = async (...facts: Fact[]) => {
  await createFacts(rig.redis, 'acme').add(facts)
  await tellFacts(rig.deps, 'acme')
  await deliver()
}
const deliver = async () => {
  for (;;) {
    const { claims } = await createDeliveryLine(rig.redis).claim('notice:ops', { now: rig.clock.now(), max: 100 })
    if (claims.length === 0) return
    await Promise.all(claims.map((claim) => tryDelivery({ ...rig.deps, mailer, timeoutMs: 10_000 }, claim)))
  }
}
const texts = () => rig.receiver.received.map(({ text }) => (JSON.parse(text) as { text: string }).text)
const state = async () => (await describeNotice(rig.deps, await getNotice(rig.deps, 'ops'))).state

describe('a notice', () => {
  it('tells once when something begins and once when it is over, with a link into the console', async () => {
    await put()
    await tell(fact('roster.held'))
    expect(texts()).toEqual([
      expect.stringContaining('<https://flightroster.example.com/beta/console/rosters/gold/plans/p-1|'),
    ])
    rig.clock.advance(61_000)
    await tell(fact('roster.held'))
    expect(texts()).toHaveLength(1)
    await tell(fact('roster.recovered'), fact('roster.blocked', 'silver'))
    expect(texts().slice(1)).toEqual([
      expect.stringMatching(/Roster gold: no plan waits for a decision any more\.[^]*rosters\/gold\/plans\/p-1\|/),
    ])
    await put({ types: ['roster.blocked'] })
    rig.clock.advance(61_000)
    await tell(fact('roster.blocked'))
    rig.clock.advance(61_000)
    await tell(fact('roster.recovered'))
    expect(texts().at(-1)).toContain('Roster gold goes on again.')
    expect((await state()).lastSentAt).toBe(rig.clock.now())
  })

  it('tells of a team key that App Store Connect rejects, and a minute later that it works again', async () => {
    await put({ types: ['team_key.rejected'] })
    const problem = { code: 'key_rejected' as const, detail: 'App Store Connect rejects the team key.' }
    await tell({ type: 'team_key.rejected', teamKey: 'acme', sequence: ++sequence, problem, at: rig.clock.now() })
    await tell({
      type: 'team_key.recovered',
      teamKey: 'acme',
      sequence: ++sequence,
      problem: null,
      at: rig.clock.now(),
    })
    expect(texts()).toEqual([expect.stringContaining('Team key acme: App Store Connect rejects the team')])
    rig.clock.advance(60_000)
    await deliver()
    expect(texts().slice(1)).toEqual([expect.stringContaining('Team key acme works again.')])
  })

  it('sends what comes within a minute after a message as one, with counts', async () => {
    await put({ types: ['*'] })
    await tell(fact('roster.held'))
    await tell(rig.fact('ann@example.com', 1), rig.fact('ben@example.com', 1), fact('roster.held', 'silver'))
    await tell(fact('roster.held', 'bronze'))
    expect(texts()).toHaveLength(1)
    rig.clock.advance(60_000)
    await deliver()
    expect(texts()).toHaveLength(2)
    expect(texts()[1]).toContain('4 things have changed')
    expect(texts()[1]).toContain('2 people were invited')
    expect(texts()[1]).not.toContain('@')
    rig.clock.advance(120_000)
    await deliver()
    expect(texts()).toHaveLength(2)
  })

  it('is tried again by the schedule of callbacks, says why it failed, and tells all in one when it gets through', async () => {
    await put()
    rig.receiver.answer = answerWith(500, 'no_service')
    await tell(fact('roster.held'))
    expect((await state()).lastError).toContain('500 no_service')
    await tell(fact('roster.held', 'silver'))
    rig.receiver.answer = answerWith(200, 'ok')
    rig.clock.advance(10_000)
    await deliver()
    expect(texts().at(-1)).toContain('2 things have changed')
    expect(await state()).toMatchObject({ lastError: null, lastSentAt: rig.clock.now() })
    const sent = rig.receiver.received.length
    rig.clock.advance(600_000)
    await deliver()
    expect(rig.receiver.received).toHaveLength(sent)
  })

  it('goes to Teams as a card', async () => {
    await put({ kind: 'teams' })
    await tell(fact('roster.held'))
    const [{ text } = { text: '{}' }] = rig.receiver.received
    expect(JSON.parse(text)).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', actions: [{ type: 'Action.OpenUrl' }] },
        },
      ],
    })
  })

  it('goes by e-mail, to that one address', async () => {
    await put({ kind: 'email', target: 'ops@example.com' })
    await tell(fact('roster.held'))
    expect(smtp.mails).toMatchObject([{ from: 'ops@flightroster.example.com', to: ['ops@example.com'] }])
    expect(smtp.mails[0]?.data).toContain('Subject: Flightroster: Roster gold')
    smtp.answer = '550 no such user'
    await testNotice(rig.deps, 'ops')
    await deliver()
    expect((await state()).lastError).toContain('550 no such user')
  })

  it('tells nobody its target by what was answered: mail servers and pages repeat it', async () => {
    await put({ kind: 'email', target: 'Ops@example.com' })
    smtp.answer = '550 5.1.1 <ops@example.com>: Recipient address rejected'
    await testNotice(rig.deps, 'ops')
    await deliver()
    expect((await state()).lastError).toBe('550 550 5.1.1 <O…@e….com>: Recipient address rejected')
    await put({ target: new URL('/services/T0/secret?k=hidden', rig.receiver.url).href })
    rig.receiver.answer = answerWith(404, 'No such page: /services/T0/secret?k=hidden, nor /services/T0/secret')
    await testNotice(rig.deps, 'ops')
    await deliver()
    const { lastError } = await state()
    expect(lastError).toContain('404 No such page')
    expect(lastError).not.toMatch(/secret|hidden/)
  })

  it('is tested at once, whatever waits', async () => {
    await put()
    await tell(fact('roster.held'))
    await testNotice(rig.deps, 'ops')
    await deliver()
    expect(texts()[1]).toContain('A test')
  })

  it('keeps its target sealed, shows it masked, and knows nobody', async () => {
    const { notice } = await put({ target: `${rig.receiver.url}/T0/secret`, types: ['*'] })
    expect(notice.masked).not.toContain('secret')
    await tell(rig.fact('ann@example.com', 1))
    const kept = await Promise.all(
      (await rig.redis.keys('*notice*')).map(async (key) =>
        (await rig.redis.type(key)) === 'hash' ? rig.redis.hgetall(key) : key,
      ),
    )
    expect(JSON.stringify(kept)).not.toMatch(/ann@|T0\/secret/)
    const email = await put({ kind: 'email', target: 'ops@example.com' })
    expect([email.isNew, email.notice.masked]).toEqual([false, 'o…@e….com'])
  })

  it('refuses addresses that nobody may be sent to, and each way of naming two', async () => {
    const urlGuard = createUrlGuard({ allowPrivate: false, resolve: ownNames })
    const strict = (kind: 'slack' | 'email', target: string) =>
      putNotice({ ...rig.deps, urlGuard }, { id: 'x', kind, target, types: ['*'], rosters: null })
    for (const url of ['http://127.0.0.1/x', 'http://[::1]/x', 'ftp://example.com/x', 'nothing'])
      await expect(strict('slack', url)).rejects.toMatchObject({ code: 'url_not_allowed' })
    for (const email of ['ops', 'a@example.com,b@example.com', 'Ops <a@example.com>', 'a@b@c'])
      await expect(strict('email', email)).rejects.toMatchObject({ code: 'address_invalid' })
  })

  it('that is gone is told nothing, and leaves nothing', async () => {
    await put()
    await tell(fact('roster.held'))
    await deleteNotice(rig.deps, 'ops')
    expect(await rig.redis.keys('*wh:notice*')).toEqual([])
    await tell(fact('roster.held', 'silver'))
    expect(texts()).toHaveLength(1)
  })

  it('tells nothing that waits about rosters that it is no longer for, wherever it leads by now', async () => {
    await put({ types: ['roster.held'] })
    rig.receiver.answer = (_callback, response) => void response.writeHead(503).end()
    await tell(fact('roster.held', 'gold'), fact('roster.held', 'silver'))
    rig.receiver.received.splice(0)
    rig.receiver.answer = answerWith(204)
    await put({ types: ['roster.held'], rosters: ['silver'] })
    rig.clock.advance(61_000)
    await deliver()
    expect(texts()).toEqual([expect.stringContaining('silver')])
    expect(texts().join()).not.toContain('gold')
  })
})
