import { describe, expect, it } from 'vitest'
import { startRig } from '../testing/client.ts'

describe('quota', () => {
  it('counts every call of a key in a window that rolls, and gives each call back when its hour is over', async () => {
    await using rig = await startRig({ quota: { hourLimit: 2, windowMs: 10_000 } })
    expect((await rig.call('GET', '/v1/apps')).headers.get('x-rate-limit')).toBe('user-hour-lim:2;user-hour-rem:1;')
    rig.clock.time += 6000
    expect((await rig.call('GET', '/v1/apps/none')).headers.get('x-rate-limit')).toBe(
      'user-hour-lim:2;user-hour-rem:0;',
    )
    const refused = await rig.call('GET', '/v1/apps')
    expect([refused.status, refused.body.errors[0].code]).toEqual([429, 'RATE_LIMIT_EXCEEDED'])
    rig.clock.time += 4000
    expect((await rig.call('GET', '/v1/apps')).status).toBe(200)
    expect((await rig.call('GET', '/v1/apps')).status).toBe(429)
  })

  it('does not count a call that it answers with 429', async () => {
    await using rig = await startRig({ quota: { hourLimit: 1 } })
    for (let i = 0; i < 4; i += 1) await rig.call('GET', '/v1/apps')
    expect(rig.emulator.quotaUsed(rig.emulator.keys[0]?.keyId ?? '').hour).toBe(1)
  })

  it('counts what others spend, and takes a lowered limit at once', async () => {
    await using rig = await startRig({ quota: { hourLimit: 10 } })
    rig.emulator.spendQuota(rig.emulator.keys[0]?.keyId ?? '', 8)
    expect((await rig.call('GET', '/v1/apps')).headers.get('x-rate-limit')).toContain('rem:1;')
    rig.emulator.settings({ quota: { hourLimit: 5 } })
    expect((await rig.call('GET', '/v1/apps')).status).toBe(429)
  })

  it('has a minute of its own where one is set', async () => {
    await using rig = await startRig({ quota: { minuteLimit: 1, header: 'both' } })
    const first = await rig.call('GET', '/v1/apps')
    expect(first.headers.get('x-rate-limit')).toBe(
      'user-hour-lim:3600;user-hour-rem:3599;,user-minute-lim:1;user-minute-rem:0;',
    )
    expect((await rig.call('GET', '/v1/apps')).status).toBe(429)
    rig.clock.time += 60_000
    expect((await rig.call('GET', '/v1/apps')).status).toBe(200)
  })

  it.each([
    ['minute', 'user-minute-lim:250;user-minute-rem:249;'],
    ['two-lines', 'user-hour-lim:3600;user-hour-rem:3599;, user-minute-lim:250;user-minute-rem:249;'],
    ['none', null],
    ['garbage', 'user-hour-lim:lots;user-hour-rem:;;=,-1e9'],
  ] as const)('writes its header as told: %s', async (header, text) => {
    await using rig = await startRig({ quota: { header } })
    expect((await rig.call('GET', '/v1/apps')).headers.get('x-rate-limit')).toBe(text)
  })
})
