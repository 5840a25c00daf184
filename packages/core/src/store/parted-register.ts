import type { Redis } from 'ioredis'
import type { Shape } from '../domain/shape.ts'
import { globalKeys, laneHash } from './keys.ts'
import { createRegister, type Register } from './records.ts'

/** What grows with lanes lies in so many hashes, so that no key outside a lane's slot is large: on a cluster it lies in one node. */
const PARTS = 16

const learnt = new WeakMap<Redis, Promise<boolean>>()

/**
 * A register of something that every lane has. In a store that an earlier release began it is one hash, as its processes read it, and stays
 * that for good: nothing is moved, so that processes of both releases may run side by side as long as they like. In a store that begins with
 * this release it is parted by id.
 */
export function createPartedRegister<T extends { id: string }>(
  redis: Redis,
  key: string,
  shape: Shape<T>,
  defaults?: Partial<T>,
): Register<T> {
  const whole = createRegister(redis, key, shape, defaults)
  const parts = Array.from({ length: PARTS }, (_, part) => createRegister(redis, `${key}:${part}`, shape, defaults))
  const all = async () => ((await isParted(redis)) ? parts : [whole])
  const partOf = async (id: string): Promise<Register<T>> => {
    const registers = await all()
    return registers[laneHash(id) % registers.length] ?? whole
  }
  const inOrder = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
  return {
    find: async (id) => (await partOf(id)).find(id),
    async findMany(ids) {
      const byPart = new Map<Register<T>, string[]>()
      for (const id of new Set(ids)) {
        const part = await partOf(id)
        byPart.set(part, [...(byPart.get(part) ?? []), id])
      }
      const found = await Promise.all([...byPart].map(([part, own]) => part.findMany(own)))
      const records = new Map(found.flatMap((each) => [...each]))
      // In the order that was asked for.
      return new Map(
        [...new Set(ids)].flatMap((id) => {
          const record = records.get(id)
          return record === undefined ? [] : [[id, record]]
        }),
      )
    },
    list: async () => (await Promise.all((await all()).map((part) => part.list()))).flat().sort(inOrder),
    ids: async () => (await Promise.all((await all()).map((part) => part.ids()))).flat().sort(),
    put: async (record) => (await partOf(record.id)).put(record),
    insert: async (record) => (await partOf(record.id)).insert(record),
    update: async (id, change) => (await partOf(id)).update(id, change),
    delete: async (id) => (await partOf(id)).delete(id),
    deleteIf: async (id, holds) => (await partOf(id)).deleteIf(id, holds),
  }
}

/** Decided once for a store, by whoever comes first: an earlier release has noted nothing, and left its team keys in one hash. */
async function isParted(redis: Redis): Promise<boolean> {
  let known = learnt.get(redis)
  if (!known) {
    known = learn(redis)
    learnt.set(redis, known)
    known.catch(() => learnt.delete(redis))
  }
  return known
}

async function learn(redis: Redis): Promise<boolean> {
  const noted = await redis.get(globalKeys.registers)
  if (noted !== null) return noted === 'parted'
  const isNew = (await redis.exists(globalKeys.teamKeys)) === 0
  await redis.set(globalKeys.registers, isNew ? 'parted' : 'whole', 'NX')
  return (await redis.get(globalKeys.registers)) === 'parted'
}
