import type { DashboardUser, Delivery, DeliveryAttempt, Notice, Webhook } from '@flightroster/core/domain'
import { expect, it } from 'vitest'
import { NEW_NOTICE, noticePage } from './notice-pages.ts'
import { draftOf, webhookPage } from './webhook-pages.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const user: DashboardUser = { name: 'ann', role: 'operator', passwordHash: '' }
const webhook: Webhook = {
  v: 1,
  id: 'crm',
  url: 'https://hooks.example.com/x',
  types: ['*'],
  rosters: null,
  includeEmail: false,
  sealedSecret: '',
  formerSecrets: [],
  createdAt: 0,
  updatedAt: 0,
}
const attempts: DeliveryAttempt[] = [
  { at: NOW - 9_000, status: null, durationMs: 10_000, answer: 'connect ECONNREFUSED' },
  { at: NOW - 1_000, status: 500, durationMs: 37, answer: '<b>down</b>' },
]
const delivery: Delivery = {
  v: 1,
  id: 'msg_1',
  fact: { type: 'webhook.test', webhook: 'crm', at: NOW },
  subject: 'test',
  status: 'pending',
  attempts,
  tries: 2,
  firstTryAt: NOW - 9_000,
  createdAt: NOW - 10_000,
}

const page = (health: { failingSince: number | null; disabledAt: number | null }) =>
  webhookPage({
    user,
    now: NOW,
    described: { webhook, health },
    draft: draftOf(webhook),
    deliveries: [{ delivery, nextAttemptAt: NOW + 60_000 }],
    next: null,
  })

it('each delivery shows its tries with what was answered, when it is tried again, and is sent again by a button', () => {
  const body = page({ failingSince: NOW - 9_000, disabledAt: null }).replace(/\s+/g, ' ')
  expect(body).toContain('2, last: 500')
  expect(body).toMatch(/no answer, 10000 ms <pre><code>connect ECONNREFUSED<\/code><\/pre>/)
  expect(body).toMatch(/500, 37 ms <pre><code>&lt;b&gt;down&lt;\/b&gt;<\/code><\/pre>/)
  expect(body).toContain('next try')
  expect(body).toContain('action="/console/webhooks/crm/deliveries/msg_1/replay"')
  expect(body).toContain('action="/console/webhooks/crm/test"')
  expect(body).toContain('failing')
})

it('a webhook to which nothing is sent says since when and how it is active again, and tries nothing', () => {
  const body = page({ failingSince: NOW - 9_000, disabledAt: NOW }).replace(/\s+/g, ' ')
  expect(body).toMatch(/Nothing is sent there since <time[^>]*datetime="2026-11-24T10:00:00.000Z"/)
  expect(body).toContain('then press “Save” below')
  expect(body).not.toMatch(/\/test"|\/replay"/)
})

it('a notice says why its newest try failed', () => {
  const notice: Notice = {
    v: 1,
    id: 'ops',
    kind: 'slack',
    sealedTarget: '',
    masked: 'https://hooks.slack.com/…',
    types: ['*'],
    rosters: null,
    createdAt: 0,
    updatedAt: 0,
  }
  const told = (lastError: string | null) =>
    noticePage({ user, now: NOW, described: { notice, state: { lastSentAt: null, lastError } }, draft: NEW_NOTICE })
  expect(told('404 no_service')).toMatch(/The newest try failed\.[^]*404 no_service/)
  expect(told(null)).not.toContain('The newest try failed.')
})
