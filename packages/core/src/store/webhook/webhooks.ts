import type { Redis } from 'ioredis'
import type { Webhook } from '../../domain/webhook.ts'
import { flag, nullable, number, object, oneOf, optional, text, texts, type Shape } from '../../domain/shape.ts'
import { formerSecrets } from '../stored-shapes.ts'
import { globalKeys } from '../keys.ts'
import { createRegister, type Register } from '../records.ts'

/** Webhooks by id. */
export interface Webhooks extends Register<Webhook> {
  /** Told after every change, also of an endpoint's health: who keeps webhooks reads them again. */
  noteChange(): Promise<void>
  version(): Promise<string>
}

const noteEndpointChange = async (redis: Redis) => void (await redis.incr(globalKeys.webhooksVersion))

/**
 * A register of endpoints; a change is noted for whoever keeps them. After the write, so that a version that was read is never newer than
 * the records read after it.
 */
export function createEndpoints<T extends { id: string }>(
  redis: Redis,
  ...place: [key: string, shape: Shape<T>]
): Register<T> {
  const register = createRegister(redis, ...place)
  const noting = async <R>(write: Promise<R>): Promise<R> => {
    const result = await write
    await noteEndpointChange(redis)
    return result
  }
  return {
    ...register,
    put: (record) => noting(register.put(record)),
    insert: (record) => noting(register.insert(record)),
    update: (id, change) => noting(register.update(id, change)),
    delete: (id) => noting(register.delete(id)),
    deleteIf: (id, holds) => noting(register.deleteIf(id, holds)),
  }
}

const webhookShape = object<Webhook>({
  v: oneOf(1),
  id: text,
  url: text,
  types: texts,
  rosters: nullable(texts),
  includeEmail: flag,
  includeLink: optional(flag),
  sealedSecret: text,
  formerSecrets,
  createdAt: number,
  updatedAt: number,
})

/** Webhooks by id, one register for the whole installation. */
export function createWebhooks(redis: Redis): Webhooks {
  return {
    ...createEndpoints(redis, globalKeys.webhooks, webhookShape),
    noteChange: () => noteEndpointChange(redis),
    version: async () => (await redis.get(globalKeys.webhooksVersion)) ?? '0',
  }
}
