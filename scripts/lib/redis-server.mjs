import { execFileSync } from 'node:child_process'
import { Stop } from './say.mjs'
import { installHint, installRedis } from './system-packages.mjs'
import { which } from './which.mjs'

const NAMES = ['redis-server', 'valkey-server']
/** SMISMEMBER and ZADD's options need it. */
const OLDEST = [6, 2]

/** The path of a Redis or Valkey server that is new enough; installed by the system's package manager where that is possible. */
export async function findRedisServer() {
  const found = NAMES.map(which).find(Boolean)
  if (found) return checked(found)
  if (!(await installRedis())) {
    throw new Stop('Redis is needed, and there is no redis-server or valkey-server on the PATH.', installHint())
  }
  const installed = NAMES.map(which).find(Boolean)
  if (!installed) throw new Stop('Redis was installed, but there is no redis-server on the PATH.', installHint())
  return checked(installed)
}

function checked(path) {
  const version = /v=(\d+)\.(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))
  const [major, minor] = version ? [Number(version[1]), Number(version[2])] : OLDEST
  if (isNewEnough(major, minor)) return path
  throw new Stop(
    `${path} is version ${major}.${minor}; Flightroster needs ${OLDEST.join('.')} or newer.`,
    `Install a newer one, or start one elsewhere and name it by REDIS_URL, such as:\n  ${DOCKER}\n  REDIS_URL=redis://127.0.0.1:6379 npm start`,
  )
}

export function isNewEnough(major, minor) {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

export const DOCKER =
  'docker run -d -p 127.0.0.1:6379:6379 redis:8 redis-server --appendonly yes --appendfsync always --maxmemory-policy noeviction'
