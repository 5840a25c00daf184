import { describe, expect, it } from 'vitest'
import { addScimRoster } from '../../testing/scim.ts'
import { costOf, MOST } from '../../testing/watch-loop.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api, idp } = await withScim()

describe('a hostile request about users', () => {
  const values = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at))
  /** As many as fit into what is kept of a user. */
  const MANY_EMAILS = { emails: values(900, (at) => String(at)).map((value) => ({ value })) }
  const cheap = async (work: () => Promise<{ status: number; body: any }>, statuses: number[]) => {
    const { result, cost } = await costOf(work)
    expect(statuses).toContain(result.status)
    expect(cost.heldMs).toBeLessThan(MOST.heldMs)
    expect(cost.mb).toBeLessThan(MOST.mb)
  }

  it.each<[string, () => object[]]>([
    ['many values are added', () => [{ op: 'add', path: 'emails', value: values(12_000, (at) => `n${at}`) }]],
    ['many values are taken away', () => [{ op: 'remove', path: 'emails', value: values(12_000, (at) => `n${at}`) }]],
    [
      'values are changed by filters',
      () => values(3_500, (at) => `emails[value eq "${at}"].type`).map((path) => ({ op: 'replace', path, value: 'x' })),
    ],
    [
      'values are changed by filters in one operation',
      () => [
        {
          op: 'add',
          value: Object.fromEntries(values(4_000, (at) => `emails[value eq "x${at}"].type`).map((k) => [k, 'x'])),
        },
      ],
    ],
    [
      'each value is changed over and over',
      () => Array.from({ length: 3_500 }, () => ({ op: 'replace', path: 'emails.type', value: 'x' })),
    ],
    [
      'filters are long',
      () =>
        values(120, () => `emails[${'value eq "1" or '.repeat(115)}value eq "2"].type`).map((path) => ({
          op: 'add',
          path,
          value: 1,
        })),
    ],
  ])('holds nobody up: %s', async (name, operations) => {
    const id = await idp.addUser(`hostile ${name}`, MANY_EMAILS)
    await cheap(() => idp.patch(`/Users/${id}`, operations()), [400, 413])
  })

  it('holds nobody up: as much as is taken', async () => {
    const id = await idp.addUser('as much as is taken', { emails: MANY_EMAILS.emails.slice(0, 100) })
    const operations = values(200, (at) => `emails[value eq "${at % 100}"].type`).map((path) => ({
      op: 'replace',
      path,
      value: 'x',
    }))
    await cheap(() => idp.patch(`/Users/${id}`, operations), [200])
  })

  it('holds nobody up: as many long filters as are taken, on as many values', async () => {
    const id = await idp.addUser('long filters', { emails: MANY_EMAILS.emails.slice(0, 100) })
    const filter = `emails[${'value eq "none" or '.repeat(100)}value eq "0"].type`
    const operations = values(25, () => filter).map((path) => ({ op: 'replace', path, value: 'x' }))
    await cheap(() => idp.patch(`/Users/${id}`, operations), [200])
  })

  it('holds nobody up: filters of a group are long', async () => {
    const group = await idp.addGroup('Long filters')
    const path = `members[${'value eq "1" or '.repeat(115)}value eq "2"]`
    const operations = Array.from({ length: 950 }, () => ({ op: 'remove', path }))
    await cheap(() => idp.patch(`/Groups/${group}`, operations), [204])
  })

  it('holds nobody up: hundreds of large users are listed, and looked for', async () => {
    const more = { nickName: 'x'.repeat(15_000) }
    for (let at = 0; at < 250; at += 10)
      await Promise.all(values(10, (one) => `large user ${at}-${one}`).map((name) => idp.addUser(name, more)))
    await cheap(() => idp.call('GET', '/Users?count=200&startIndex=1&attributes=userName'), [200])
    await cheap(() => idp.call('GET', '/Users?count=200&attributes=userName&filter=title%20co%20%22x%22'), [200])
    await cheap(() => idp.call('GET', '/Users?count=200&attributes=userName&filter=nickName%20sw%20%22x%22'), [200])
  })
})

describe('an erased person', () => {
  it('leaves no trace among the users of a provider, whichever attribute the address stood in', async () => {
    await addScimRoster(api, 'erased', 'Erased')
    const address = 'Erase.Me@example.com'
    const first = await idp.addUser('erase-1', { emails: [{ value: address, type: 'work' }] })
    const second = await idp.addUser(address)
    const third = await idp.addUser('erase-3', { nickName: address })
    const stays = await idp.addUser('stays@example.com')
    await idp.addGroup('Erased', [first, second, third, stays])
    const answer = await api.call('DELETE', '/v1/people?email=erase.me%40example.com')
    expect(answer.statusCode).toBe(202)
    expect(await idp.present('erased')).toEqual([stays])
    for (const id of [first, second, third]) expect((await idp.call('GET', `/Users/${id}`)).status).toBe(404)
    for (const key of await api.connection.keys('fr:{scim:*')) {
      const type = await api.connection.type(key)
      const kept =
        type === 'hash'
          ? Object.entries(await api.connection.hgetall(key)).flat()
          : type === 'zset'
            ? await api.connection.zrange(key, '0', '-1')
            : []
      expect(kept.filter((text) => text.toLowerCase().includes('erase.me'))).toEqual([])
      expect(kept.filter((text) => [first, second, third].some((id) => text.includes(id)))).toEqual([])
    }
  })
})
