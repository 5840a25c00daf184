import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readDocument, toFileSchema } from '../../scripts/schema-from-openapi.mjs'

const text = readFileSync(new URL('flightroster.schema.json', import.meta.url), 'utf8')

it('is made from apps/api/openapi.json; `node apps/cli/scripts/generate.mjs` writes it anew', () => {
  expect(text).toBe(`${JSON.stringify(toFileSchema(readDocument()), null, 2)}\n`)
})

const validate = new Ajv({ strict: false }).compile(JSON.parse(text) as object)

const roster = {
  kind: 'roster',
  id: 'gold',
  teamKey: 'acme',
  app: { bundleId: 'com.acme.app' },
  group: { name: 'Gold' },
}
const stripe = {
  kind: 'source',
  id: 'shop',
  sourceKind: 'stripe',
  secret: { env: 'STRIPE_SECRET' },
  rosters: { '*': 'gold' },
}

const notice = {
  kind: 'notice',
  id: 'ops',
  noticeKind: 'slack',
  target: { env: 'SLACK_URL' },
  types: ['roster.held'],
}

it.each([
  roster,
  { kind: 'teamKey', id: 'acme', issuerId: 'i', keyId: 'K1', privateKey: { file: 'AuthKey_K1.p8' } },
  { kind: 'teamKey', id: 'acme', issuerId: 'i', keyId: 'K1' },
  { kind: 'webhook', id: 'crm', url: 'https://crm.example.com/hook', types: ['member.*'] },
  notice,
  { ...notice, target: undefined },
  stripe,
  { kind: 'source', id: 'forum', sourceKind: 'generic', signature: { header: 'X-Signature' }, map: '$' },
])('takes $kind $id', (document) => {
  expect(validate(JSON.parse(JSON.stringify(document)))).toBe(true)
})

it.each([
  ['no kind', { ...roster, kind: undefined }],
  ['an unknown kind', { ...roster, kind: 'rooster' }],
  ['an unknown field', { ...roster, bundle: 'x' }],
  ['a missing field', { ...roster, teamKey: undefined }],
  ['a wrong word', { ...roster, builds: 'sometimes' }],
  ['a bad id', { ...roster, id: 'gold members' }],
  ['a secret in the open', { ...stripe, secret: 'whsec_1' }],
  ['a target in the open', { ...notice, target: 'https://hooks.slack.com/services/T0/B0/x' }],
  ['a private key in the open', { kind: 'teamKey', id: 'acme', issuerId: 'i', keyId: 'K1', privateKey: '-----BEGIN' }],
  ['a map for a sender that has its own', { ...stripe, map: '$' }],
])('refuses %s', (_, document) => {
  expect(validate(JSON.parse(JSON.stringify(document)))).toBe(false)
})
