import { eventually } from '@flightroster/core/testing'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConsole, type RunningConsole } from './support/console.ts'

let running: RunningConsole
let key: { issuerId: string; keyId: string; privateKeyPem: string | null }

beforeAll(async () => {
  running = await startConsole({ isEmpty: true })
  const { emulator } = running.stack
  key = emulator.keys[0]!
})
afterAll(() => running[Symbol.asyncDispose]())

const pasteKey = async (
  page: Page,
  change: Partial<Record<'name' | 'issuerId' | 'keyId' | 'privateKey', string>> = {},
) => {
  await page.goto('/console/connect')
  await page.getByLabel('A name for this key').fill(change.name ?? 'acme')
  await page.getByLabel('Issuer ID').fill(change.issuerId ?? key.issuerId)
  await page.getByLabel('Key ID').fill(change.keyId ?? key.keyId)
  await page.getByLabel('or its text').fill(change.privateKey ?? key.privateKeyPem ?? '')
  await page.getByRole('button', { name: 'Check and continue' }).click()
}

describe('connecting an app', () => {
  it('tells each wrong key apart, with the step that mends it, and keeps none of them', async () => {
    const { page, faults } = await running.openAs('ann')
    const { emulator, api } = running.stack
    await pasteKey(page, { issuerId: '' })
    expect(await page.textContent('main')).toMatch(
      /is this an individual key\?[\s\S]*generate a key with the role App Manager/,
    )
    await pasteKey(page, { privateKey: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' })
    expect(await page.textContent('main')).toMatch(/certificate, not a private key[\s\S]*AuthKey_/)
    const individual = emulator.addKey({ issuerId: '57246542-96fe-1a63-e053-0824d011072a' })
    await pasteKey(page, { keyId: individual.keyId, privateKey: individual.privateKeyPem ?? '' })
    expect(await page.textContent('main')).toMatch(/Apple refuses these three together[\s\S]*individual key/)
    const weak = emulator.addKey({ issuerId: key.issuerId, role: 'DEVELOPER' })
    await pasteKey(page, { keyId: weak.keyId, privateKey: weak.privateKeyPem ?? '' })
    expect(await page.textContent('main')).toMatch(/role is too weak[\s\S]*App Manager/)
    expect(await page.textContent('main')).not.toContain('PRIVATE KEY-----MII')
    expect(await api.all('/v1/team-keys')).toEqual([])
    expect(faults).toEqual([])
  })

  it('goes from nothing to the first invited tester by clicking, without JavaScript, in under two minutes', async () => {
    const begun = performance.now()
    const { page, faults } = await running.openAs('ann', { javaScriptEnabled: false })
    const { emulator, group } = running.stack
    await page.getByRole('main').getByRole('link', { name: 'Connect an app' }).first().click()
    await pasteKey(page)
    await page.getByRole('radio', { name: /Acme/ }).check()
    await page.getByRole('button', { name: 'Go on' }).click()
    const internal = page.getByRole('radio', { name: /Team/ })
    expect(await internal.isDisabled()).toBe(true)
    expect(await page.textContent('main')).toContain('only people of your team can join')
    await page.getByRole('radio', { name: /Beta – Gold/ }).check()
    await page.getByRole('button', { name: 'Go on' }).click()
    expect(await page.getByLabel('Id of the roster').inputValue()).toBe('beta-gold')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    expect(await page.textContent('main')).toContain('/v1/events')
    await page.getByLabel('E-mail address of their Apple Account').fill('ann.lee@example.com')
    await page.getByLabel('First name').fill('Ann')
    await page.getByRole('button', { name: 'Invite' }).click()
    expect(page.url()).not.toContain('@')
    await eventually(
      async () => {
        await page.getByRole('link', { name: 'Look again' }).click()
        expect(await page.textContent('main')).toContain("Apple's invitation is out")
      },
      { everyMs: 500 },
    )
    expect(emulator.groupMembers(group)).toEqual(['ann.lee@example.com'])
    expect(emulator.mails().map(({ email }) => email)).toEqual(['ann.lee@example.com'])
    expect(faults).toEqual([])
    expect(performance.now() - begun).toBeLessThan(300_000)
  })

  it('shows a taken group as taken, by whom, and refuses it and an internal one when they are named all the same', async () => {
    const { page, faults } = await running.openAs('ann')
    const { app, group, emulator } = running.stack
    await page.goto(`/console/connect/acme/group?app=${app}`)
    expect(await page.getByRole('radio', { name: /Beta – Gold/ }).isDisabled()).toBe(true)
    expect(await page.textContent('main')).toContain('the roster “beta-gold” uses it')
    await page.goto(`/console/connect/acme/rules?app=${app}&group=${group}`)
    expect(await page.getByRole('alert').textContent()).toMatch(/taken: the roster “beta-gold”/)
    const internal = emulator.addGroup(app, { name: 'Insiders', isInternalGroup: true })
    await page.goto(`/console/connect/acme/rules?app=${app}&group=${internal.id}`)
    expect(await page.getByRole('alert').textContent()).toMatch(/internal group[\s\S]*external one/)
    await pasteKey(page, { name: 'other' })
    expect(await page.textContent('main')).toContain('This key is already connected')
    expect(faults).toEqual([])
  })
})
