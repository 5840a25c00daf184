import { eventually, startReceiver, timePasses } from '@flightroster/core/testing'
import { describe, expect, it } from 'vitest'
import type { Member } from './support/api.ts'
import { operatorEnv, readPages, startSlack } from './support/seen.ts'
import { startStack, type Stack } from './support/stack.ts'

type Waiting = Member & { waitsFor: { code: string; detail: string; action: string; until: string | null } | null }

const SHORT = {
  WEBHOOK_ALLOW_PRIVATE: 'true',
  BLOCKED_CHECK_SECONDS: '2',
  BUILD_WATCH_SECONDS: '2',
  QUIET_AFTER_WRITE_SECONDS: '1',
}
const SINCE = / Since \d{4}-\d{2}-\d{2}T[\d:.]+Z\.$/

/** One who asks why somebody is not in, of the API and of the pages. */
async function startAsking(stack: Stack) {
  const page = await readPages(stack)
  const member = async (id: string) => (await stack.api.get<Waiting>(`/v1/rosters/gold/members/${id}`)).body
  return {
    page,
    member,
    put: (id: string, email = `${id}@example.com`) =>
      stack.api.must('PUT', `/v1/rosters/gold/members/${id}`, { email }, 202),
    reconcile: () => stack.api.must('POST', '/v1/rosters/gold/reconciliations', { dryRun: false }, 202),
    is: (id: string, status: string) => eventually(async () => expect((await member(id)).status).toBe(status)),
    /** Until the API says so of a member; then what all pages say. */
    async told(id: string, code: string) {
      const found = await eventually(async () => {
        const { waitsFor } = await member(id)
        expect(waitsFor?.code).toBe(code)
        return waitsFor
      })
      const pages = {
        person: await page(`/console/rosters/gold/member?id=${id}`),
        roster: await page('/console/rosters/gold'),
        overview: await page('/console'),
      }
      return { waitsFor: found ?? { code, detail: '', action: '', until: null }, pages }
    },
    /** Until a page says all of it. */
    reads: (path: string, ...said: string[]) =>
      eventually(async () => {
        const text = await page(path)
        for (const one of said) expect(text).toContain(one)
      }),
  }
}

const PERSON = (id: string) => `/console/rosters/gold/member?id=${id}`
const ROSTER = '/console/rosters/gold'

// Each has a stack of its own and waits most of the time, one of them for the minute of a doubt.
describe.concurrent('why somebody is not in, on the running product', () => {
  it('is told of Apple, of the worker and of the quota: what, since when, what to do and who must', async () => {
    await using stack = await startStack({ env: { ...SHORT, ...operatorEnv() } })
    const { emulator, api } = stack
    const ask = await startAsking(stack)
    await ask.put('ann')
    await ask.is('ann', 'invited')

    // Apple gives no usable answers to anybody.
    emulator.failNext({ kind: 'status', status: 500, times: Infinity })
    for (const id of ['bea', 'ben', 'bo', 'bix']) await ask.put(id)
    await eventually(async () => expect((await ask.member('bea')).waitsFor?.detail).toContain('no usable answers'))
    const outage = await ask.told('bea', 'retry')
    expect(outage.waitsFor.detail).toMatch(SINCE)
    expect(outage.waitsFor.until).not.toBeNull()
    // Whose own turn met the fault is told of that one.
    expect(outage.pages.person).toMatch(
      /Not in yet\. App Store Connect (gives no usable answers|has an internal error)/,
    )
    await ask.reads(ROSTER, 'App Store Connect gives no usable answers', 'https://developer.apple.com/system-status/')
    await ask.reads('/console', 'App Store Connect gives no usable answers')
    emulator.clearFaults()
    await ask.is('bea', 'invited')

    // Nobody carries anything out.
    await stack.workers[0]?.stop('SIGTERM')
    await ask.put('dora')
    const unserved = await ask.told('dora', 'no_worker')
    expect(unserved.waitsFor.detail).toMatch(SINCE)
    for (const text of Object.values(unserved.pages)) expect(text).toContain('No worker is running')
    expect(unserved.pages.person).toContain('Who has to do it: Whoever runs Flightroster.')
    const { body: erasing } = await api.request<{ id: string }>('DELETE', '/v1/people?email=ann@example.com')
    const erasure = async () => (await api.get(`/v1/erasures/${erasing.id}`)).body
    expect(await erasure()).toMatchObject({ status: 'running', waitsFor: { code: 'no_worker' } })
    stack.startWorker()
    await ask.is('dora', 'invited')
    await eventually(async () => expect(await erasure()).toMatchObject({ status: 'done', waitsFor: null }))

    // The hour is used up, by others as well.
    emulator.spendQuota(String(stack.key['keyId']), 3_600)
    await ask.put('eve')
    const spent = await ask.told('eve', 'budget')
    expect(spent.pages.person).toContain('quota of this team key is used up')
    expect(spent.pages.overview).toContain('out of quota')
    expect((await api.get('/v1/team-keys/acme')).body).toMatchObject({ budget: { remaining: 0 } })
  })

  it('is told of the key, on all pages and to whoever is to be told', async () => {
    const slack = await startSlack()
    const receiver = await startReceiver()
    await using stack = await startStack({ env: { ...SHORT, ...operatorEnv() } })
    const { emulator, api } = stack
    const ask = await startAsking(stack)
    const notice = { kind: 'slack', target: slack.url, types: ['team_key.rejected'], rosters: null }
    await api.must('PUT', '/v1/notices/ops', notice, 201)
    await api.must('PUT', '/v1/webhooks/ops', { url: receiver.url, types: ['team_key.*'] }, 201)

    // The key is revoked: a doubt for a minute, then a fact.
    emulator.revokeKey(String(stack.key['keyId']))
    await ask.put('cleo')
    await ask.reads(PERSON('cleo'), 'has just refused the team key', 'It is asked again for a minute')
    const revoked = await ask.told('cleo', 'lane_blocked')
    expect(revoked.waitsFor.detail).toMatch(SINCE)
    expect(revoked.waitsFor.action).toContain('Who has to do it: Somebody who may make keys')
    for (const text of Object.values(revoked.pages)) expect(text).toContain('App Store Connect rejects the team key.')
    for (const text of Object.values(revoked.pages))
      expect(text).toMatch(/It began (now|\d+ s ago)\. Who has to do it: Somebody who may make keys/)
    await eventually(() =>
      expect(slack.texts.join('\n')).toContain('Team key acme: App Store Connect rejects the team'),
    )
    emulator.restoreKey(String(stack.key['keyId']))
    await ask.is('cleo', 'invited')
    await eventually(() => expect(receiver.received.map(({ text }) => text).join()).toContain('team_key.recovered'))
    await receiver.close()
    slack.close()
  })

  it('is told of builds by their state, of seats, of hands at Apple, and of rosters that moved or were made anew', async () => {
    await using stack = await startStack({ env: { ...SHORT, ...operatorEnv() } })
    const { emulator, api, app, group } = stack
    const ask = await startAsking(stack)
    await ask.put('ann')
    await ask.is('ann', 'invited')

    const [first] = emulator.builds()
    emulator.expireBuild(String(first?.id))
    await ask.reads('/console', 'no build')
    await ask.put('bea')
    await ask.is('bea', 'not_invited')
    await ask.reads(PERSON('bea'), 'In the group, and not invited yet. The group has no build to install')
    const second = emulator.addBuild(app, { version: '2', groups: [group], review: 'WAITING_FOR_REVIEW' })
    await ask.reads(PERSON('bea'), "The build 1.0 (2) is in Apple's beta review", 'Nothing: once Apple has approved it')
    await ask.reads('/console', "The build 1.0 (2) is in Apple's beta review")
    emulator.setReview(second.id, 'REJECTED')
    await ask.reads(PERSON('bea'), "Apple's beta review has rejected the build 1.0 (2)", 'upload another build')
    await ask.reads(ROSTER, 'no build', "Apple's beta review has rejected the build 1.0 (2)")
    emulator.addBuild(app, { version: '3', groups: [group], autoNotify: false })
    await ask.reads(PERSON('bea'), 'until somebody presses "Notify Testers": 1.0 (3)')
    emulator.addBuild(app, { version: '4', groups: [group] })
    await ask.is('bea', 'invited')
    await eventually(async () => expect(await ask.page('/console')).not.toContain('no build'))

    // By hand at Apple: put back, or only reported.
    emulator.removeTester('bea@example.com', { groupId: group })
    await ask.reconcile()
    await eventually(() => expect(emulator.groupMembers(group)).toContain('bea@example.com'))
    await ask.is('bea', 'invited')
    const settings = { teamKey: 'acme', app: { id: app }, group: { id: group } }
    await api.must('PUT', '/v1/rosters/gold', { ...settings, removedByHand: 'report' }, 200)
    await timePasses(1_500)
    emulator.removeTester('bea@example.com', { groupId: group })
    await ask.reconcile()
    await ask.is('bea', 'removed')
    await ask.reads(PERSON('bea'), 'Not in. The tester was taken out of the group in App Store Connect.')
    await ask.reads(ROSTER, '1 person was taken out of the group in App Store Connect', '1 of 2')

    // Another address is a move: in with the new one, out with the former.
    await ask.put('ann', 'ann.new@example.com')
    await eventually(() => {
      expect(emulator.groupMembers(group)).toContain('ann.new@example.com')
      expect(emulator.groupMembers(group)).not.toContain('ann@example.com')
    })

    emulator.settings({ seatsPerApp: 1 })
    await ask.put('fay')
    await ask.is('fay', 'waiting')
    expect((await ask.member('fay')).problem).toMatchObject({ code: 'seats_full' })
    await ask.reads(PERSON('fay'), 'Not in yet.', 'seat')
    await ask.reads(`/console/seats/acme/${app}`, 'fay')
    emulator.settings({ seatsPerApp: 10_000 })

    // Made anew, and moved to another key: nothing of before is said of it.
    await api.must('DELETE', '/v1/rosters/gold', undefined, 204)
    await api.must('PUT', '/v1/rosters/gold', settings, 201)
    await ask.reads(ROSTER, 'Nobody is on this roster yet.')
    const key = emulator.addKey({ issuerId: String(stack.key['issuerId']) })
    const second_ = { issuerId: key.issuerId, keyId: key.keyId, privateKey: key.privateKeyPem }
    await api.must('PUT', '/v1/team-keys/second', second_, 201)
    await api.must('POST', '/v1/rosters/gold/pause', undefined, 200)
    await ask.put('gus')
    await api.must('PUT', '/v1/rosters/gold', { ...settings, teamKey: 'second' }, 200)
    const moved = await ask.told('gus', 'roster_paused')
    for (const text of Object.values(moved.pages)) expect(text).toContain('The roster is paused')
    await api.must('POST', '/v1/rosters/gold/resume', undefined, 200)
    await ask.is('gus', 'invited')
  })
})
