import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createFlightroster } from '@flightroster/client'
import { startReceiver, type Receiver } from '@flightroster/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { STEPS, type Place } from './support/how-to-steps.ts'
import { startStack, type Stack } from './support/stack.ts'

const PAGES = resolve(import.meta.dirname, '../docs/how-to')

let stack: Stack
let receiver: Receiver
let place: Place

beforeAll(async () => {
  stack = await startStack({ env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })
  receiver = await startReceiver()
  const { api, emulator, app } = stack
  const newKey = () => {
    const { issuerId, keyId, privateKeyPem } = emulator.addKey({ issuerId: emulator.keys[0]?.issuerId })
    return { issuerId, keyId, privateKey: privateKeyPem }
  }
  place = {
    url: api.url,
    client: createFlightroster({ url: api.url, token: api.token }),
    key: newKey(),
    newKey: newKey(),
    receiver,
  }
  for (const rosterId of ['imported', 'nightly']) {
    const group = emulator.addGroup(app, { name: `Beta – ${rosterId}` })
    await place.client.putRoster({ rosterId, body: { teamKey: 'acme', app: { id: app }, group: { id: group.id } } })
  }
  await place.client.putMember({ rosterId: 'gold', memberId: 'u-1001', body: { email: 'ann.lee@example.com' } })
})
afterAll(async () => {
  await receiver.close()
  await stack[Symbol.asyncDispose]()
})

it('every how-to page has its steps here', async () => {
  expect(Object.keys(STEPS).toSorted()).toEqual((await readdir(PAGES)).toSorted())
})

it('the steps are typed by the reference alone: no cast, no any, no !', async () => {
  const source = await readFile(join(import.meta.dirname, 'support/how-to-steps.ts'), 'utf8')
  const code = source
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, "''")
  expect(code).toContain('client.postEvents(')
  for (const trick of [/\bas\b/, /\bany\b/, /[\w)\]]!(?!=)/, /[=(,]\s*<\w/, /\.json\(|JSON\.parse/, /\bnever\b/])
    expect(code).not.toMatch(trick)
  expect(source).not.toMatch(/@ts-|lint-disable/)
})

it.each(Object.keys(STEPS))('%s is done by the client', (name) => STEPS[name]?.(place))
