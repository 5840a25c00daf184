import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { CALLBACK_TYPES } from '@flightroster/core/domain'
import { eventually, startSmtp } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startStack, type Stack } from './support/stack.ts'

const KINDS = ['slack', 'teams', 'email'] as const
type Kind = (typeof KINDS)[number]

/** They take days, which a test of the domain lets pass: a seat is idle for a day at least. */
const OF_DAYS = ['member.idle', 'member.reclaimed']
const TYPES = CALLBACK_TYPES.filter((type) => !OF_DAYS.includes(type))
const idOf = (type: string) => type.replaceAll(/[._]/g, '-')

let stack: Stack
/** By kind and type: the messages as they came. */
const received = new Map<string, string[]>()
const take = (kind: string, id: string, text: string) =>
  received.set(`${kind} ${id}`, [...(received.get(`${kind} ${id}`) ?? []), text])

const http = createServer((request, response) => {
  const [, kind = '', id = ''] = (request.url ?? '').split('/')
  const answer = async () => {
    take(kind, id, await textOf(request))
    response.writeHead(kind === 'teams' ? 202 : 200).end('ok')
  }
  void answer()
})
const smtp = await startSmtp()

beforeAll(async () => {
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  stack = await startStack({
    env: { WEBHOOK_ALLOW_PRIVATE: 'true', SMTP_URL: smtp.url, BUILD_WATCH_SECONDS: '1', BLOCKED_CHECK_SECONDS: '1' },
    workers: 0,
  })
  // One rule for each: the first message of a rule goes at once.
  for (const type of TYPES) {
    for (const kind of KINDS) {
      const target = kind === 'email' ? `${idOf(type)}@example.org` : `http://127.0.0.1:${port}/${kind}/${idOf(type)}`
      await stack.api.must('PUT', `/v1/notices/${kind}-${idOf(type)}`, { kind, target, types: [type] }, 201)
    }
  }
  stack.startWorker()
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  http.close()
  smtp.close()
})

/** What a person reads of the first message. */
function read(kind: Kind, type: string): { text: string; link: string | undefined } | undefined {
  if (kind === 'email') {
    const mail = smtp.mails.find(({ to }) => to.includes(`${idOf(type)}@example.org`))
    // A line that is too long for a mail is broken by `=`, or folded.
    const text = mail?.data.replaceAll(/=\n/g, '').replaceAll('=3D', '=')
    return text === undefined ? undefined : { text, link: /(http:\S+)/.exec(text)?.[1] }
  }
  const [first] = received.get(`${kind} ${idOf(type)}`) ?? []
  if (first === undefined) return undefined
  if (kind === 'slack') {
    const { text } = JSON.parse(first) as { text: string }
    return { text, link: /<(http[^|]+)\|/.exec(text)?.[1] }
  }
  const [card] = (
    JSON.parse(first) as { attachments: { content: { body: { text: string }[]; actions: { url: string }[] } }[] }
  ).attachments
  return { text: card?.content.body.map(({ text }) => text).join('\n') ?? '', link: card?.content.actions[0]?.url }
}

const member = (id: string, email: string | null, roster = 'gold') => ({
  type: 'member.joined',
  data: { roster, member: { id, email, firstName: 'Secretname' } },
})
const status = async (id: string, wanted: string, roster = 'gold') =>
  eventually(async () => {
    const { body } = await stack.api.get(`/v1/rosters/${roster}/members/${id}`)
    expect(body['status']).toBe(wanted)
  })
const reconcile = () => stack.api.must('POST', '/v1/rosters/gold/reconciliations', {}, 202)

async function putRoster(id: string): Promise<string> {
  const group = stack.emulator.addGroup(stack.app, { name: `Beta – ${id}` })
  const roster = { teamKey: 'acme', app: { id: stack.app }, group: { id: group.id } }
  await stack.api.must('PUT', `/v1/rosters/${id}`, roster, 201)
  return group.id
}

/** A real cause for each. */
const CAUSES: Record<string, () => Promise<unknown>> = {
  'member.invited': async () => {
    const people = ['ann', 'ben', 'cleo', 'dina'].map((id) => member(id, `${id}@example.com`))
    await stack.api.must('POST', '/v1/events', people, 202)
    for (const id of ['ann', 'ben', 'cleo', 'dina']) await status(id, 'invited')
  },
  'member.waiting': () => stack.api.must('POST', '/v1/events', member('nobody', null), 202),
  'member.failed': () => stack.api.must('POST', '/v1/events', member('typo', 'no.apple.account@invalid'), 202),
  'member.accepted': async () => {
    stack.emulator.setState('ann@example.com', 'ACCEPTED')
    await reconcile()
    await status('ann', 'accepted')
  },
  'member.installed': async () => {
    stack.emulator.setState('ann@example.com', 'INSTALLED')
    await reconcile()
    await status('ann', 'installed')
  },
  'member.revoked': async () => {
    stack.emulator.setState('ben@example.com', 'REVOKED')
    await reconcile()
    await status('ben', 'revoked')
  },
  'member.removed': () =>
    stack.api.must(
      'POST',
      '/v1/events',
      { type: 'member.left', data: { roster: 'gold', member: { id: 'cleo' } } },
      202,
    ),
  'member.address_changed': async () => {
    const link = await stack.api.must<{ url: string }>('POST', '/v1/rosters/gold/members/dina/link', { days: 1 }, 201)
    const answer = await fetch(`${link.url}/address`, {
      method: 'POST',
      headers: { origin: new URL(link.url).origin },
      body: new URLSearchParams({ email: 'dina.new@example.com' }),
      redirect: 'manual',
    })
    expect(answer.status).toBeLessThan(400)
  },
  'build.available': async () => stack.emulator.addBuild(stack.app, { version: '2', groups: [stack.group] }),
  'build.expiring': async () => {
    const group = await putRoster('short')
    stack.emulator.addBuild(stack.app, { version: '3', groups: [group], expiresAt: Date.now() + 5 * 86_400_000 })
  },
  'build.run_out': async () => {
    const group = await putRoster('ending')
    const build = stack.emulator.addBuild(stack.app, { version: '4', groups: [group] })
    await eventually(async () => {
      const { body } = await stack.api.get<{ builds: { usable: number } }>('/v1/rosters/ending')
      expect(body.builds.usable).toBe(1)
    })
    stack.emulator.expireBuild(build.id)
  },
  'roster.held': async () => {
    await putRoster('many')
    const members = Array.from({ length: 12 }, (_, at) => ({ id: `m-${at}`, email: `m${at}@example.com` }))
    await stack.api.must('PUT', '/v1/rosters/many/members', { members }, 202)
    await status('m-11', 'not_invited', 'many')
    await stack.api.must('PUT', '/v1/rosters/many/members', { members: members.slice(0, 1) }, 202)
  },
  'roster.recovered': async () => {
    const [held] = await stack.api.all<{ id: string; status: string }>('/v1/rosters/many/reconciliations')
    await stack.api.must(
      'POST',
      `/v1/rosters/many/reconciliations/${held?.id}/reject`,
      { reason: 'A broken list' },
      200,
    )
  },
  'roster.blocked': async () => {
    const group = await putRoster('gone')
    await stack.api.must('POST', '/v1/events', member('eve', 'eve@example.com', 'gone'), 202)
    await status('eve', 'not_invited', 'gone')
    stack.emulator.removeGroup(group)
    await stack.api.must('POST', '/v1/events', member('finn', 'finn@example.com', 'gone'), 202)
  },
  'team_key.rejected': async () => {
    stack.emulator.revokeKey(String(stack.key['keyId']))
    await stack.api.must('POST', '/v1/events', member('gus', 'gus@example.com'), 202)
  },
  'team_key.recovered': async () => stack.emulator.restoreKey(String(stack.key['keyId'])),
}

const SAID: Record<string, RegExp> = {
  'member.invited': /Roster gold: (1 person was|\d people were) invited\./,
  'member.accepted': /Roster gold: 1 person accepted the invitation\./,
  'member.installed': /Roster gold: 1 person installed the app\./,
  'member.revoked': /Roster gold: 1 person stopped testing\./,
  'member.removed': /Roster gold: 1 person was taken out of the group\./,
  'member.failed': /Roster gold: 1 person could not be added or taken out\./,
  'member.waiting': /Roster gold: 1 person waits for an address or a seat\./,
  'member.address_changed': /Roster gold: 1 person changed their address\./,
  'build.available': /Roster gold: build 1\.0 \(\d\) can be tested\./,
  'build.expiring': /Roster short: build 1\.0 \(3\) is the last one that can be tested, and ends on \d{4}-\d\d-\d\d\./,
  'build.run_out': /Roster ending: build 1\.0 \(4\) was the last one, and has gone: nobody can install the app\./,
  'roster.held': /Roster many: a plan is held, and removes nobody until somebody decides\./,
  'roster.recovered': /Roster many: no plan waits for a decision any more\./,
  'roster.blocked': /Roster gone is blocked: /,
  'team_key.rejected': /Team key acme: App Store Connect rejects the team key\./,
  'team_key.recovered': /Team key acme works again\./,
}

describe('people are told', () => {
  it('of each kind that there is', () => {
    expect([Object.keys(CAUSES).toSorted(), Object.keys(SAID).toSorted()]).toEqual([TYPES.toSorted(), TYPES.toSorted()])
  })

  it.each(Object.keys(CAUSES))('%s in Slack, in Teams and by e-mail, with a link and without a name', async (type) => {
    await CAUSES[type]?.()
    for (const kind of KINDS) {
      const { text, link } = await eventually(
        () => {
          const message = read(kind, type)
          if (message === undefined) throw new Error(`${kind} was told nothing.`)
          return message
        },
        { timeoutMs: 120_000 },
      )
      expect(text.replaceAll(/\s+/g, ' ')).toMatch(SAID[type] ?? /never/)
      expect(link).toMatch(new RegExp(`^${stack.api.url}/(console|lanes)`))
      expect(text).not.toMatch(/@example\.com|Secretname/)
    }
  })
})
