import { mkdirSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, freePort } from '@flightroster/core/testing'
import { expect, it, vi } from 'vitest'

interface Processes {
  stop(): Promise<void>
}
interface Start {
  runBuilt(options: object, place: object, processes: Processes, when: object): Promise<string>
}
const script = async (name: string) => import(new URL(`../scripts/lib/${name}.mjs`, import.meta.url).href)

/** What `npm start` does once all is built, in a folder of its own. */
async function start(args: string[]) {
  const data = await mkdtemp(join(tmpdir(), 'flightroster-start-'))
  const logs = join(data, 'logs')
  mkdirSync(logs)
  const [starting, options, running] = (await Promise.all([
    script('start'),
    script('options'),
    script('processes'),
  ])) as [Start, { parseOptions(args: string[]): object }, { createProcesses(logs: string): Processes }]
  const processes = running.createProcesses(logs)
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const written: string[] = []
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    const address = { port, host: '127.0.0.1', base }
    await starting.runBuilt(options.parseOptions(args), { name: data, data, logs }, processes, {
      begunAt: Date.now(),
      address,
    })
  } catch (error) {
    await processes.stop()
    throw error
  } finally {
    output.mockRestore()
  }
  const said = written.join('')
  const [, token = ''] = /(frt_admin_\S+)/.exec(said) ?? []
  const rosters = async () => {
    const answer = await fetch(`${base}/v1/rosters`, { headers: { authorization: `Bearer ${token}` } })
    return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id).toSorted()
  }
  return { said, base, rosters, [Symbol.asyncDispose]: () => processes.stop() }
}

it('npm start says where to look, and goes on by itself', async () => {
  await using demo = await start([])
  for (const said of ['The roster "gold"', `${demo.base}/console`, `${demo.base}/docs`, 'goes on by itself', 'Ctrl-C'])
    expect(demo.said).toContain(said)
  await eventually(async () => expect(await demo.rosters()).toEqual(['bronze', 'gold', 'silver']), {
    timeoutMs: 30_000,
  })
  const page = await fetch(demo.base)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
}, 120_000)

it('npm start -- --quiet shows the same, and leaves the rest as it is', async () => {
  await using demo = await start(['--quiet'])
  for (const said of ['The roster "gold"', `${demo.base}/console`, 'Ctrl-C']) expect(demo.said).toContain(said)
  expect(demo.said).not.toContain('by itself')
  expect(await demo.rosters()).toEqual(['gold'])
}, 120_000)
