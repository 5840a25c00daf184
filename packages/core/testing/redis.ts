import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { spawnTied } from './spawn-tied.ts'

/** How often a first start asks for another port. */
const ATTEMPTS = 10

/** A server that ended instead of answering: most often since its port is taken. */
class Ended extends Error {}

export interface TestRedisOptions {
  /** `always`, `everysec`, or no append-only file at all. */
  appendFsync?: 'always' | 'everysec' | 'off'
  maxmemoryPolicy?: string
  /** Further words of the command line, such as `['--maxmemory', '8mb']`; a function is asked at each attempt, for ports of its own. */
  args?: string[] | (() => Promise<string[]>)
  /** An RDB file: what it begins with. */
  data?: string
  /** Beside what this process has. */
  env?: Record<string, string>
}

export interface TestRedis {
  url: string
  port: number
  /** Where it keeps its files. */
  directory: string
  /** kill -9: what was not written is lost, what was not answered is unknown. */
  kill(): Promise<void>
  /** SIGSTOP: the server takes connections and answers nothing. */
  freeze(): void
  thaw(): void
  /** Starts again on the same port and directory; stops it first where it runs. */
  restart(): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A real redis-server on a free port with a directory of its own; it ends with this process. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'flightroster-redis-'))
  // With an append-only file no RDB is read, unless it lies where the append-only file of former versions did.
  const isAppending = (options.appendFsync ?? 'off') !== 'off'
  if (options.data) await copyFile(options.data, join(directory, isAppending ? 'appendonly.aof' : 'dump.rdb'))
  const env = options.env ? ({ ...process.env, ...options.env } as Record<string, string>) : undefined
  const { port, args, ...first } = await launchOnFreePort(directory, options, env)
  let { server } = first

  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGCONT')
    server.kill('SIGKILL')
    await ended
  }
  const close = async () => {
    await kill()
    await rm(directory, { recursive: true, force: true })
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    directory,
    kill,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async restart() {
      await kill()
      // Whoever took its port meanwhile gives it back in the end.
      server = await eventually(() => launch(port, args, env))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Another process may take a port between the question and the start: then another is asked for. */
async function launchOnFreePort(directory: string, options: TestRedisOptions, env?: Record<string, string>) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const further = typeof options.args === 'function' ? await options.args() : (options.args ?? [])
    const args = commandLine(port, directory, options, further)
    try {
      return { server: await launch(port, args, env), port, args }
    } catch (error) {
      if (!(error instanceof Ended) || attempt === ATTEMPTS) throw error
    }
  }
}

function commandLine(port: number, directory: string, options: TestRedisOptions, further: string[]): string[] {
  const fsync = options.appendFsync ?? 'off'
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    loglevel: 'warning',
    'maxmemory-policy': options.maxmemoryPolicy ?? 'noeviction',
    appendonly: fsync === 'off' ? 'no' : 'yes',
    appendfsync: fsync === 'off' ? 'everysec' : fsync,
  }
  return [...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]), ...further]
}

async function launch(port: number, args: string[], env?: Record<string, string>): Promise<ChildProcess> {
  const server = spawnTied('redis-server', args, { output: 'pipe', ...(env ? { env } : {}) })
  let said = ''
  for (const output of [server.stdout, server.stderr])
    output?.on('data', (data) => (said = `${said}${data}`.slice(-500)))
  const hasEnded = () => server.exitCode !== null || server.signalCode !== null
  await eventually(async () => {
    if (hasEnded()) return
    const pid = await askForPid(port)
    if (pid !== server.pid)
      throw new Error(`redis-server ${server.pid} does not answer on ${port}; ${pid ?? 'nobody'} does`)
  })
  if (hasEnded()) throw new Ended(`redis-server ended at its start on ${port}: ${said}`)
  return server
}

/** Who answers on this port. Without a client library: a client would keep connections of its own. */
function askForPid(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = createConnection({ port, host: '127.0.0.1' })
    const end = (pid?: number) => {
      socket.destroy()
      resolve(pid)
    }
    socket.setTimeout(500, () => end())
    socket.once('error', () => end())
    socket.once('connect', () => socket.write('INFO server\r\n'))
    socket.on('data', (data) => {
      answer += data.toString()
      const [, pid] = /process_id:(\d+)\r/.exec(answer) ?? []
      if (pid !== undefined) end(Number(pid))
      // It loads its file still, or is no Redis that answers such a question.
      else if (/^[-+]/.test(answer)) end()
    })
  })
}
