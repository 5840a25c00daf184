import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { eventually, timePasses } from '@flightroster/core/testing'
import { startStack, type Stack } from './support/stack.ts'

const DAY = 86_400_000

interface Told {
  type: string
  data: { roster: string; sequence: number; build: { id: string; number: string } }
}

/** Upstream's end: what it was told, each thing once by its `webhook-id`. */
async function listen(stack: Stack) {
  const told = new Map<string, Told>()
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      told.set(String(request.headers['webhook-id']), JSON.parse(text) as Told)
      response.writeHead(204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const webhook = { url: `http://127.0.0.1:${port}/`, types: ['build.available', 'build.expiring'], rosters: null }
  await stack.api.must('PUT', '/v1/webhooks/upstream', webhook, 201)
  const all = (roster: string) => [...told.values()].filter(({ data }) => data.roster === roster)
  return {
    all,
    told: (roster: string) => all(roster).map(({ type, data }) => `${type} ${data.build.number}`),
    close: () => server.close(),
  }
}

const startWatched = async (watchSeconds: number) => {
  const stack = await startStack({
    workers: 0,
    env: { BUILD_WATCH_SECONDS: String(watchSeconds), WEBHOOK_ALLOW_PRIVATE: 'true' },
  })
  const upstream = await listen(stack)
  stack.startWorker()
  await eventually(() => expect(upstream.told('gold')).toEqual(['build.available 1']))
  return { stack, upstream }
}

const putAutomatic = (stack: Stack) =>
  stack.api.must<{ group: { id: string } }>(
    'PUT',
    '/v1/rosters/auto',
    { teamKey: 'acme', app: { id: stack.app }, group: { name: 'Auto', create: true }, builds: 'automatic' },
    201,
  )

const looksAt = ({ emulator }: Stack) => emulator.calls().filter(({ path }) => path === '/v1/builds').length

const giftsTo = (stack: Stack, group: string) =>
  stack.emulator
    .calls()
    .filter(({ method, path }) => method === 'POST' && path.includes(`${group}/relationships/builds`))

// Each has a stack of its own and waits for looks most of the time.
describe.concurrent('builds', () => {
  it('are told within the watch interval, and given to an automatic roster in one call', async () => {
    const { stack, upstream } = await startWatched(1)
    await using _ = stack
    const { group } = await putAutomatic(stack)
    await eventually(() => expect(upstream.told('auto')).toEqual(['build.available 1']))
    stack.emulator.resetLedgers()
    for (const version of ['2', '3', '4']) stack.emulator.addBuild(stack.app, { version })
    // Nobody waits longer than a minute; a product that was told nothing looks every ten.
    await eventually(() => expect(upstream.told('auto')).toHaveLength(4))
    // Builds added while a watch was reading may come in two parts.
    expect(giftsTo(stack, group.id).length).toBeLessThanOrEqual(2)
    await timePasses(2_500)
    expect(upstream.told('auto').sort()).toEqual(['1', '2', '3', '4'].map((version) => `build.available ${version}`))
    expect(upstream.told('gold')).toEqual(['build.available 1'])
    expect(new Set(upstream.all('auto').map(({ data }) => data.sequence))).toEqual(new Set([1, 2, 3, 4]))
    expect(giftsTo(stack, group.id).length).toBeLessThanOrEqual(2)
    expect(stack.emulator.violations()).toEqual([])
    upstream.close()
  })

  it("are told at once by Apple's webhook, long before the next look, and what is forged or repeated does no harm", async () => {
    const { stack, upstream } = await startWatched(600)
    await using _ = stack
    const { url } = await stack.api.must<{ url: string }>('PUT', '/v1/rosters/gold/apple-webhook', undefined, 201)
    const looks = looksAt(stack)
    stack.emulator.addBuild(stack.app, { version: '2', groups: [stack.group] })
    // The watch itself looks in ten minutes.
    await eventually(() => expect(upstream.told('gold')).toEqual(['build.available 1', 'build.available 2']))
    expect(looksAt(stack) - looks).toBe(1)

    const instance = { type: 'buildBetaDetails', id: 'x' }
    const [delivery] = await stack.emulator.fireWebhook(stack.app, 'buildBetaDetailExternalBuildStateUpdated', instance)
    expect(delivery?.status).toBe(200)
    const forged = await fetch(url, { method: 'POST', body: '{"data":{"type":"x","id":"y"}}' })
    expect(forged.status).toBe(401)
    await timePasses(1_500)
    expect(upstream.told('gold')).toHaveLength(2)
    expect(stack.emulator.violations()).toEqual([])
    upstream.close()
  })

  it('that expire tomorrow are announced once, though their worker is killed in the middle of looking', async () => {
    const { stack, upstream } = await startWatched(1)
    await using _ = stack
    for (const build of stack.emulator.builds()) stack.emulator.expireBuild(build.id)
    const before = looksAt(stack)
    stack.emulator.failNext({ kind: 'delay', delayMs: 1_500, times: 3, match: { method: 'GET', path: '/v1/builds' } })
    stack.emulator.addBuild(stack.app, { version: '2', groups: [stack.group], expiresAt: Date.now() + DAY - 60_000 })
    await eventually(() => expect(looksAt(stack)).toBeGreaterThan(before))
    await stack.workers[0]!.stop('SIGKILL')
    stack.startWorker()
    const announced = ['build.available 1', 'build.available 2', 'build.expiring 2']
    await eventually(() => expect(upstream.told('gold')).toEqual(announced))
    // One more death, right after it was told, and some more looks.
    await stack.workers[1]!.stop('SIGKILL')
    stack.startWorker()
    const { length } = stack.emulator.calls()
    await eventually(() => expect(stack.emulator.calls().length).toBeGreaterThan(length + 2))
    expect(upstream.told('gold')).toEqual(announced)
    expect(upstream.all('gold').map(({ data }) => data.sequence)).toEqual([1, 2, 3])
    const { warnings } = await stack.api.must<{ warnings: { code: string }[] }>(
      'GET',
      '/v1/rosters/gold',
      undefined,
      200,
    )
    expect(warnings.map(({ code }) => code)).toEqual(['build_expiring', 'builds_run_out'])
    upstream.close()
  })
})
