import { describe, expect, it } from 'vitest'
import { answerWith, eventually, startReceiver } from '@flightroster/core/testing'
import { startStack } from './support/stack.ts'

const join = (id: string) => ({
  id: `join-${id}`,
  source: '/members',
  type: 'member.joined',
  data: { roster: 'gold', member: { id, email: `${id}@example.com` } },
})

describe.concurrent('upstream callbacks', () => {
  it('tell every member once, over kills of workers and an endpoint that fails at first', async () => {
    await using stack = await startStack({ workers: 2, env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })
    const receiver = await startReceiver(answerWith(503))
    await stack.api.must('PUT', '/v1/webhooks/crm', { url: receiver.url, types: ['member.*'] }, 201)
    const ids = Array.from({ length: 100 }, (_, at) => `u-${at}`)
    await stack.api.must('POST', '/v1/events', ids.map(join), 202)
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(10))
    await stack.workers[0]?.stop('SIGKILL')
    receiver.answer = answerWith(204)
    stack.startWorker()
    await stack.workers[1]?.stop('SIGKILL')
    const invited = () => receiver.received.filter(({ body }) => body.type === 'member.invited')
    await eventually(
      async () => {
        expect(new Set(invited().map(({ body }) => body.data['member'].id)).size).toBe(ids.length)
        const items = await stack.api.all<{ status: string }>('/v1/webhooks/crm/deliveries')
        expect(items.filter(({ status }) => status !== 'delivered')).toEqual([])
      },
      { timeoutMs: 120_000, everyMs: 500 },
    )
    // One fact, one id: however often it was tried.
    for (const id of ids) {
      const of = invited().filter(({ body }) => body.data['member'].id === id)
      expect(new Set(of.map((one) => `${one.id} ${one.body.data['sequence']}`)).size).toBe(1)
    }
    expect(stack.output()).not.toContain('@example.com')
    expect(stack.output()).not.toContain('whsec_')
    await receiver.close()
  })

  it('never reach this machine unless private addresses are allowed', async () => {
    await using stack = await startStack()
    const receiver = await startReceiver()
    const { status, body } = await stack.api.request('PUT', '/v1/webhooks/crm', { url: receiver.url, types: ['*'] })
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'url_not_allowed' })
    await receiver.close()
  })
})
