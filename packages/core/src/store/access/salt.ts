import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

/** The salt of all opaque references, made by whoever starts first and kept for the life of the store. */
export async function loadSalt(redis: Redis): Promise<Buffer> {
  await redis.set(globalKeys.salt, randomBytes(32).toString('base64'), 'NX')
  const salt = await redis.get(globalKeys.salt)
  if (salt === null) throw new Error('The store lost the salt that it was just given.')
  return Buffer.from(salt, 'base64')
}
