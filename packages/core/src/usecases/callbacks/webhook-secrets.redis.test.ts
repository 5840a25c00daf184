import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { createSealer } from '../../secrets/index.ts'
import { rotateSecret } from './index.ts'

const DAY = 86_400_000

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('secrets', () => {
  it('are sealed, and told by nothing but the making and the rotation', async () => {
    const { secret, webhook } = await rig.put()
    expect(secret).toMatch(/^whsec_/)
    expect((await rig.put()).secret).toBeNull()
    const kept = JSON.stringify(await rig.redis.hgetall('fr:webhooks'))
    expect(kept).not.toContain(secret?.slice(6))
    expect(rig.logged.join('')).not.toContain(secret?.slice(6))
    expect(() => rig.deps.sealer.open(webhook.sealedSecret, 'webhook:other')).toThrow('does not belong')
  })

  it('before a rotation sign too for a day, and not longer', async () => {
    const { secret: first } = await rig.put()
    const { secret: second } = await rotateSecret(rig.deps, 'crm')
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    rig.clock.advance(DAY)
    await rig.tell(rig.fact('u-1', 2))
    await rig.deliver()
    const signatures = rig.receiver.received.map(({ headers }) => String(headers['webhook-signature']).split(' '))
    expect(signatures.map((list) => list.length)).toEqual([2, 1])
    const verify = (secret: string | null) =>
      new Webhook(secret ?? '').verify(
        rig.receiver.received[0]?.text ?? '',
        rig.receiver.received[0]?.headers as Record<string, string>,
      )
    expect(verify(first)).toBeDefined()
    expect(verify(second)).toBeDefined()
  })

  it('sealed by a former ENCRYPTION_KEY sign on, and are sealed anew by PUT', async () => {
    await rig.put()
    rig.deps.sealer = createSealer({ current: Buffer.alloc(32, 8), previous: Buffer.alloc(32, 7) })
    await rig.put()
    rig.deps.sealer = createSealer({ current: Buffer.alloc(32, 8) })
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    expect(rig.receiver.received).toHaveLength(1)
  })
})
