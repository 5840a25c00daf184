import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDemo, type Demo } from './support/start-demo.ts'

const run = promisify(execFile)

interface Sampled {
  operationId: string
  requestBody?: { content: Record<string, { example?: unknown }> }
  'x-code-samples': { source: string }[]
}

let demo: Demo
let samples: Map<string, string>
/** Bodies in the media types that a line does not show. */
let otherBodies: Map<string, [mediaType: string, example: unknown][]>
/** What stands in a line for something that only an answer before tells: put in its place. */
const known = new Map<string, string>()

beforeAll(async () => {
  demo = await startDemo(['--quiet'])
  const document = await demo.api.must<{ paths: Record<string, Record<string, Sampled>> }>(
    'GET',
    '/openapi.json',
    undefined,
    200,
  )
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
  samples = new Map(operations.map((one) => [one.operationId, one['x-code-samples'][0]?.source ?? '']))
  otherBodies = new Map(
    operations.map(({ operationId, requestBody }) => [
      operationId,
      Object.entries(requestBody?.content ?? {})
        .slice(1)
        .map(([mediaType, { example }]) => [mediaType, example]),
    ]),
  )
  // A team key is its owner's alone: here the one that the emulator knows.
  const pem = await demo.file('emulator-key.p8')
  known.set('-----BEGIN PRIVATE KEY-----\\nMIGTAgEA…\\n-----END PRIVATE KEY-----\\n', JSON.stringify(pem).slice(1, -1))
  known.set('2X9R4HXF34', 'FLIGHTDEMO')
  known.set('69a6de70-03db-47e3-e053-5b8c7c11a4d1', '69a6de70-0000-47e3-e053-5b8c7c11a4d1')
})
afterAll(() => demo[Symbol.asyncDispose]())

interface Answered {
  status: number
  location: string
  body: Record<string, any>
}

/** As pasted into a shell, with the token in `$TOKEN`. */
const paste = (operationId: string) => send(samples.get(operationId) ?? '')

function pasteAs(operationId: string, mediaType: string, example: unknown) {
  const body = typeof example === 'string' ? example : JSON.stringify(example)
  const [head] = (samples.get(operationId) ?? '').split(` -H 'Content-Type`)
  return send(`${head} -H 'Content-Type: ${mediaType}' --data-binary '${body.replaceAll("'", `'\\''`)}'`)
}

async function send(sample: string): Promise<Answered> {
  let line = sample
  for (const [written, meant] of known) line = line.replaceAll(written, meant)
  const env = { ...process.env, TOKEN: demo.api.token }
  const { stdout } = await run('sh', ['-c', line.replace(/^curl /, 'curl -s -i ')], { env })
  const [head = '', ...rest] = stdout.replace(/^HTTP\/1.1 100 [^]*?\r\n\r\n/, '').split('\r\n\r\n')
  const text = rest.join('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]),
    location: /^location: (\S+)/im.exec(head)?.[1] ?? '',
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, any>) : { text },
  }
}

interface Step {
  ids: string[]
  /** What is so before. */
  before?: () => Promise<unknown>
  /** What the last answer makes known to the lines that follow. */
  after?: (answer: Answered) => void
  /** A good answer, unless it says otherwise. */
  status?: number
}

const lastPart = (path: string) => path.split('/').at(-1) ?? ''
/** A list of fewer people is held: its plan waits for a decision. */
const holdPlan = async () => known.set('rec-7', (await paste('putMembers')).body['reconciliation'])
const putIdleRule = async () => {
  const { teamKey, app, group } = await demo.api.must<Record<string, any>>('GET', '/v1/rosters/gold', undefined, 200)
  const rule = { idle: { notAcceptedDays: 30 } }
  await demo.api.must(
    'PUT',
    '/v1/rosters/gold',
    { teamKey, app: { id: app.id }, group: { id: group.id }, ...rule },
    200,
  )
}

/** In this order: what makes something goes before what reads it, and what takes it away comes last. */
const STEPS: Step[] = [
  { ids: ['getHealth', 'getReadiness', 'getMetrics'] },
  { ids: ['putTeamKey', 'getTeamKey', 'listTeamKeys', 'checkTeamKey', 'pauseTeamKey', 'resumeTeamKey'] },
  { ids: ['listApps', 'listGroups', 'getSeats', 'listLanes', 'listAudit'] },
  { ids: ['putRoster', 'getRoster', 'listRosters', 'pauseRoster', 'resumeRoster', 'listBuilds', 'retryRoster'] },
  { ids: ['listIdle', 'reclaimIdle'], before: putIdleRule },
  { ids: ['postEvents', 'putMember', 'getMember', 'listMembers', 'getMemberTimeline', 'listRosterActivity'] },
  { ids: ['convergeMember', 'inviteMember', 'restoreMember', 'protectMember', 'unprotectMember', 'listPeople'] },
  { ids: ['makeMemberLink', 'voidMemberLinks'] },
  { ids: ['putMembers'] },
  { ids: ['startReconciliation', 'listReconciliations'] },
  { ids: ['getReconciliation', 'rejectReconciliation'], before: holdPlan },
  { ids: ['approveReconciliation'], before: holdPlan },
  { ids: ['createToken'], after: ({ body }) => known.set('tok-3', body['id']) },
  { ids: ['listTokens', 'deleteToken'] },
  { ids: ['putWebhook', 'getWebhook', 'listWebhooks', 'rotateWebhookSecret', 'testWebhook'] },
  {
    ids: ['listDeliveries'],
    after: ({ body }) => known.set('msg_2Lh9KRb0pzN4LePd3XiA4v12Axj', body['items'][0].id),
  },
  { ids: ['replayDelivery', 'deleteWebhook'] },
  { ids: ['putNotice', 'getNotice', 'listNotices', 'testNotice', 'deleteNotice'] },
  { ids: ['putSource', 'getSource', 'listSources', 'listReceivedPayloads', 'tryPayload'] },
  // Two are signed by those who send them, which nobody can paste.
  { ids: ['receivePayload'], status: 401 },
  { ids: ['deleteSource'] },
  { ids: ['putAppleWebhook'], after: ({ body }) => known.set('awh-1', body['id']) },
  { ids: ['receiveAppleWebhook'], status: 401 },
  { ids: ['deleteAppleWebhook'] },
  { ids: ['getScimConfig', 'listScimResourceTypes', 'getScimResourceType', 'listScimSchemas', 'getScimSchema'] },
  {
    ids: ['createScimUser'],
    after: ({ body }) => known.set('2819c223-7f76-453a-919d-413861904646', body['id']),
  },
  { ids: ['listScimUsers', 'getScimUser', 'replaceScimUser', 'patchScimUser'] },
  {
    ids: ['createScimGroup'],
    after: ({ body }) => known.set('e9e30dba-f08f-4109-8486-d5c6a331660a', body['id']),
  },
  { ids: ['listScimGroups', 'getScimGroup', 'replaceScimGroup', 'patchScimGroup'] },
  { ids: ['listPushedGroups', 'previewScimGroup', 'deleteScimGroup', 'deleteScimUser', 'deleteMember'] },
  { ids: ['erasePerson'], after: ({ location }) => known.set('era-1', lastPart(location)) },
  { ids: ['getErasure', 'deleteRoster', 'deleteTeamKey'] },
]

it('the ten lines of the README work against the demo as they are pasted', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const [, lines = ''] = /## Ten lines of curl[^]*?```sh\n([^]*?)```/.exec(readme) ?? []
  const cwd = await mkdtemp(join(tmpdir(), 'flightroster-readme-'))
  await mkdir(join(cwd, '.flightroster'))
  await writeFile(join(cwd, '.flightroster/admin-token'), demo.api.token)
  const pasted = lines.replaceAll('http://127.0.0.1:3000', demo.base).replaceAll('curl -s ', 'curl -sf -w "\\n" ')
  const { stdout } = await run('bash', ['-ec', pasted], { cwd })
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(answers).toMatchObject([
    { id: 'gold', status: 'active' },
    { accepted: 1, rejected: 0 },
    { items: [] },
    { id: 'u-2001', email: 'zoe@example.com' },
    { items: expect.arrayContaining([expect.objectContaining({ text: 'The membership began, by an event.' })]) },
    { items: [{ roster: 'gold' }] },
    { accepted: 1, rejected: 0 },
  ])
})

describe('the lines of the reference', () => {
  it('are here for every operation', () => {
    expect(STEPS.flatMap(({ ids }) => ids).toSorted()).toEqual([...samples.keys()].toSorted())
  })

  it('work against the demo as they are pasted', async () => {
    const wrong: string[] = []
    for (const { ids, before, after, status } of STEPS) {
      await before?.()
      for (const id of ids) {
        const answer = await paste(id)
        const isAsMeant = status === undefined ? answer.status >= 200 && answer.status < 300 : answer.status === status
        for (const [mediaType, example] of otherBodies.get(id) ?? []) {
          const { status: answered, body } = await pasteAs(id, mediaType, example)
          if (answered !== answer.status) wrong.push(`${id} as ${mediaType}: ${answered} ${JSON.stringify(body)}`)
        }
        if (!isAsMeant) wrong.push(`${id}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
        if (isAsMeant) after?.(answer)
      }
    }
    expect(wrong).toEqual([])
  })
})
