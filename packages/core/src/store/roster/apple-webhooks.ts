import type { Redis } from 'ioredis'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import { flag, nullable, number, object, oneOf, optional, text, texts } from '../../domain/shape.ts'
import { globalKeys } from '../keys.ts'
import { defineScript } from '../connection/define-script.ts'
import { createRegister, type Register } from '../records.ts'

const dropScript = defineScript(import.meta.url, '../drop-record.lua')

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
  isAsked: optional(flag),
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
  const places = globalKeys.appleWebhookOfApp
  const leavePlace = (appId: string, id: string) => dropScript.run(redis, [places], [appId, id])
  const findByApp = async (appId: string) => {
    const id = await redis.hget(places, appId)
    const record = id === null ? undefined : await register.find(id)
    // Whoever died on the way left the place behind; whoever is about to fill it takes it again.
    if (id !== null && !record) await leavePlace(appId, id)
    return record
  }
  return {
    ...register,
    findByApp,
    async enter(record) {
      for (;;) {
        const other = await findByApp(record.app)
        if (other) return other
        // The place first: whoever dies then leaves no record that nobody finds.
        if ((await redis.hsetnx(places, record.app, record.id)) === 0) continue
        await register.put(record)
        if ((await redis.hget(places, record.app)) === record.id) return record
        await register.delete(record.id)
      }
    },
    async forget(record) {
      await register.delete(record.id)
      await leavePlace(record.app, record.id)
    },
    wasTaken: async (digest) => (await redis.exists(globalKeys.appleDelivery(digest))) === 1,
    noteTaken: async (digest) => void (await redis.set(globalKeys.appleDelivery(digest), '1', 'PX', REMEMBERED_MS)),
  }
}
