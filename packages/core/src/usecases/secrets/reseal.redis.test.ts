import { makePrivateKey, makeTeamKey } from '@flightroster/core/testing'
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createLog } from '../../log.ts'
import { createSealer } from '../../secrets/index.ts'
import { createStore, createWebhooks } from '../../store/index.ts'
import { webhookContext } from '../callbacks/webhook-secrets.ts'
import { openCredentials, sealContext } from '../team-keys/index.ts'
import { checkSecrets } from './check-secrets.ts'
import { resealSecrets } from './reseal-secrets.ts'

const { redis } = await withRedis()
const store = createStore(redis)
const log = createLog({ level: 'silent', name: 'test' })
const [former, current, other] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const old = createSealer({ current: former })
const rotating = createSealer({ current, previous: former })
const pem = makePrivateKey()

beforeEach(async () => {
  await store.teamKeys.put(makeTeamKey({ sealedPrivateKey: old.seal(pem, sealContext('acme')) }))
  await createWebhooks(redis).put({
    v: 1,
    id: 'crm',
    url: 'https://example.com',
    types: ['*'],
    rosters: null,
    includeEmail: false,
    sealedSecret: old.seal('whsec_new', webhookContext('crm')),
    formerSecrets: [{ sealed: old.seal('whsec_old', webhookContext('crm')), until: 9e15 }],
    createdAt: 0,
    updatedAt: 0,
  })
})

describe('a rotation of ENCRYPTION_KEY', () => {
  it('seals everything anew, once, so that the former key can be dropped', async () => {
    expect(await resealSecrets({ store, sealer: rotating, log })).toEqual({ resealed: 2, foreign: [] })
    expect(await resealSecrets({ store, sealer: rotating, log })).toEqual({ resealed: 0, foreign: [] })
    const fresh = createSealer({ current })
    expect(await checkSecrets({ store, sealer: fresh, log, isKeyLost: false })).toBeNull()
    expect(openCredentials({ sealer: fresh }, (await store.teamKeys.find('acme'))!).privateKey).toBe(pem)
    const webhook = (await createWebhooks(redis).find('crm'))!
    expect(fresh.open(webhook.sealedSecret, webhookContext('crm'))).toBe('whsec_new')
    expect(fresh.open(webhook.formerSecrets[0]!.sealed, webhookContext('crm'))).toBe('whsec_old')
  })

  it('reads what the former key sealed while it goes on', async () => {
    expect(openCredentials({ sealer: rotating }, (await store.teamKeys.find('acme'))!).privateKey).toBe(pem)
  })

  it('is refused in a sentence where neither key is the one that sealed what is kept', async () => {
    const foreign = createSealer({ current: other })
    const fault = await checkSecrets({ store, sealer: foreign, log, isKeyLost: false })
    expect(fault).toContain('team key "acme", webhook "crm"')
    expect(fault).toContain('ENCRYPTION_KEY_PREVIOUS')
    const record = (await store.teamKeys.find('acme'))!
    expect(() => openCredentials({ sealer: foreign }, record)).toThrow(
      expect.objectContaining({ code: 'secret_unreadable' }),
    )
  })

  it('is no reason not to start where the key is known to be lost', async () => {
    expect(await checkSecrets({ store, sealer: createSealer({ current: other }), log, isKeyLost: true })).toBeNull()
  })

  it('does not take a ciphertext that was copied onto another record', async () => {
    const record = (await store.teamKeys.find('acme'))!
    await store.teamKeys.put({ ...record, id: 'evil' })
    expect((await resealSecrets({ store, sealer: rotating, log })).resealed).toBe(2)
    expect(() => openCredentials({ sealer: rotating }, { ...record, id: 'evil' })).toThrow(
      expect.objectContaining({ code: 'secret_unreadable' }),
    )
  })
})
