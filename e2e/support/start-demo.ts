import { mkdirSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@flightroster/core/testing'
import { vi } from 'vitest'
import { createApi, type Api } from './api.ts'

interface Processes {
  stop(): Promise<void>
}
interface Start {
  runBuilt(options: object, place: object, processes: Processes, when: object): Promise<string>
}
const script = async (name: string) => import(new URL(`../../scripts/lib/${name}.mjs`, import.meta.url).href)

export interface Demo {
  /** All that it printed. */
  said: string
  base: string
  api: Api
  /** A file among its data. */
  file(name: string): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** What `npm start` does once all is built, in a folder of its own. */
export async function startDemo(args: string[]): Promise<Demo> {
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
  return {
    said,
    base,
    api: createApi(base, token),
    file: (name) => readFile(join(data, name), 'utf8'),
    [Symbol.asyncDispose]: () => processes.stop(),
  }
}
