import type { Redis } from 'ioredis'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import { nullable, number, object, oneOf, text, texts } from '../../domain/shape.ts'
import { globalKeys } from '../keys.ts'
import { createRegister, type Register } from '../records.ts'

/** Registrations of Apple's webhooks: one an app is enough, whatever rosters and team keys it has. */
export interface AppleWebhooks extends Omit<Register<AppleWebhook>, 'insert' | 'put' | 'delete'> {
  findByApp(appId: string): Promise<AppleWebhook | undefined>
  /** Enters a registration, or gives back the one that the app has. */
  enter(record: AppleWebhook): Promise<AppleWebhook>
  forget(record: AppleWebhook): Promise<void>
  /** Whether a delivery of this digest was taken up already. */
  wasTaken(digest: string): Promise<boolean>
  noteTaken(digest: string): Promise<void>
}

const appleWebhook = object<AppleWebhook>({
  v: oneOf(1),
  id: text,
  app: text,
  appleId: nullable(text),
  url: text,
  sealedSecret: text,
  rosters: texts,
  createdAt: number,
})

/** A delivery that comes again after this costs one more look at Apple, and nothing else. */
const REMEMBERED_MS = 7 * 86_400_000

/** Webhooks that we registered with App Store Connect, by id. */
export function createAppleWebhooks(redis: Redis): AppleWebhooks {
  const register = createRegister(redis, globalKeys.appleWebhooks, appleWebhook)
  const findByApp = async (appId: string) => {
    const id = await redis.hget(globalKeys.appleWebhookOfApp, appId)
    return id === null ? undefined : register.find(id)
  }
  return {
    ...register,
    findByApp,
    async enter(record) {
      // The record first: an app never points to a registration that is not there, but for one that is being forgotten.
      await register.put(record)
      if ((await redis.hsetnx(globalKeys.appleWebhookOfApp, record.app, record.id)) === 1) return record
      const other = await findByApp(record.app)
      if (!other) {
        await redis.hset(globalKeys.appleWebhookOfApp, record.app, record.id)
        return record
      }
      await register.delete(record.id)
      return other
    },
    async forget(record) {
      if ((await redis.hget(globalKeys.appleWebhookOfApp, record.app)) === record.id)
        await redis.hdel(globalKeys.appleWebhookOfApp, record.app)
      await register.delete(record.id)
    },
    wasTaken: async (digest) => (await redis.exists(globalKeys.appleDelivery(digest))) === 1,
    noteTaken: async (digest) => void (await redis.set(globalKeys.appleDelivery(digest), '1', 'PX', REMEMBERED_MS)),
  }
}
