import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './place.mjs'
import { Stop } from './say.mjs'
import { spawnTied } from './spawn-tied.mjs'

const TITLES = { api: 'API', redis: 'Redis server' }
const MAX_LOG_BYTES = 20_000_000
/** A worker finishes the calls it has under way. */
const GRACE_MS = 60_000

/**
 * The processes of one run. `died` rejects as soon as one ends that was not asked to.
 * They get process groups of their own, so that Ctrl-C reaches this script alone, which stops them in order; where this
 * script is killed, they stop by themselves.
 */
export function createProcesses(logs) {
  const running = []
  let stopping
  let reportDeath
  const died = new Promise((_, reject) => (reportDeath = reject))
  died.catch(() => {})

  function start({ name, level, command, args, env = {} }) {
    if (stopping) throw new Stop('Stopping.')
    const log = join(logs, `${name}.log`)
    const from = openLog(log)
    const child = spawnTied(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', from.file, from.file],
      detached: true,
    })
    closeSync(from.file)
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.code))
      child.once('exit', (code, signal) => resolve(signal ?? code))
    })
    const entry = { name, level, child, ended, isOver: false }
    running.push(entry)
    void watch(entry, log, from.offset)
    return child
  }

  async function watch(entry, log, offset) {
    const how = await entry.ended
    entry.isOver = true
    if (stopping) return
    const words = lastWords(log, offset)
    reportDeath(
      new Stop(
        `The ${TITLES[entry.name] ?? entry.name} ended (${how}).${words ? `\n${words}` : ''}`,
        `Its log: ${log}`,
      ),
    )
  }

  /** The highest level first, a level together: what uses a store goes before the store. */
  async function stop() {
    const levels = [...new Set(running.map((entry) => entry.level))].sort((a, b) => b - a)
    for (const level of levels) {
      await Promise.all(running.filter((entry) => entry.level === level).map(end))
    }
  }

  return {
    start,
    died,
    /** Those above the stores. */
    pids: () => running.filter(({ level }) => level > 0).map(({ child }) => child.pid),
    has: (name) => running.some((entry) => entry.name === name),
    stop: () => (stopping ??= stop()),
    /** For a second Ctrl-C. */
    kill() {
      for (const entry of running) if (!entry.isOver) entry.child.kill('SIGKILL')
    },
  }
}

async function end(entry) {
  if (entry.isOver) return
  entry.child.kill('SIGTERM')
  const force = setTimeout(() => entry.child.kill('SIGKILL'), GRACE_MS)
  await entry.ended
  clearTimeout(force)
}

function openLog(path) {
  if (existsSync(path) && statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.old`)
  const file = openSync(path, 'a', 0o600)
  return { file, offset: statSync(path).size }
}

/** What a process said last: the messages alone where it writes JSON. */
function lastWords(path, offset) {
  const text = readFileSync(path).subarray(offset).toString('utf8').trim()
  return text.split('\n').slice(-6).map(toWords).filter(Boolean).join('\n')
}

function toWords(line) {
  try {
    const { msg, err } = JSON.parse(line)
    return [msg, err?.message].filter(Boolean).join(' ')
  } catch {
    return line
  }
}
