import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { AppleWebhook } from '../../domain/apple-webhook.ts'
import { createAppleWebhooks } from './apple-webhooks.ts'

const { redis } = await withRedis()
const make = (id: string): AppleWebhook => ({
  v: 1,
  id,
  app: '1234',
  appleId: null,
  url: 'https://example.com/apple',
  sealedSecret: 'sealed',
  rosters: ['gold'],
  createdAt: 1,
})

it('an app has one registration, whoever enters one beside it, and another once that is forgotten', async () => {
  const webhooks = createAppleWebhooks(redis)
  expect(await webhooks.findByApp('1234')).toBeUndefined()
  expect(await webhooks.enter(make('w-1'))).toEqual(make('w-1'))
  expect(await webhooks.enter(make('w-2'))).toEqual(make('w-1'))
  expect([await webhooks.findByApp('1234'), await webhooks.find('w-2')]).toEqual([make('w-1'), undefined])
  await webhooks.forget(make('w-1'))
  expect([await webhooks.findByApp('1234'), await webhooks.find('w-1')]).toEqual([undefined, undefined])
  expect(await webhooks.enter(make('w-3'))).toEqual(make('w-3'))
})

it('a delivery of Apple is taken up once', async () => {
  const webhooks = createAppleWebhooks(redis)
  expect(await webhooks.wasTaken('digest')).toBe(false)
  await webhooks.noteTaken('digest')
  expect([await webhooks.wasTaken('digest'), await webhooks.wasTaken('other')]).toEqual([true, false])
})
