import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askRedis } from './redis-probe.mjs'
import { Stop } from './say.mjs'
import { openRedisPassword } from './secrets.mjs'

const fileOf = (place) => join(place.data, 'running.json')

/** Two Redis servers over one data folder would ruin it. */
export async function assertNotRunning(place) {
  if (!existsSync(fileOf(place))) return
  const { port, redis, others = [] } = JSON.parse(readFileSync(fileOf(place), 'utf8'))
  const server = { host: '127.0.0.1', port }
  let info = await askRedis({ ...server, password: openRedisPassword(place) })
  // One that was started before there were passwords.
  if (info.kind === 'refused') info = await askRedis(server)
  // The port may be another server's by now, and the number of the process another program's.
  if (info.kind !== 'info' || info.fields.get('process_id') !== String(redis)) return
  throw new Stop(
    `Flightroster is running from this folder already (its Redis is process ${redis}).`,
    `Stop it with Ctrl-C where it was started; if that terminal is gone: kill ${[...others, redis].join(' ')}`,
  )
}

/** What runs over this folder's data: the Redis, and all other processes once they are up. */
export function noteRunning(place, running) {
  const known = existsSync(fileOf(place)) ? JSON.parse(readFileSync(fileOf(place), 'utf8')) : {}
  writeFileSync(fileOf(place), JSON.stringify({ ...known, ...running }), { mode: 0o600 })
}

export function forgetRunning(place) {
  rmSync(fileOf(place), { force: true })
}
