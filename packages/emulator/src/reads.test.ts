import { describe, expect, it } from 'vitest'
import { linkage, startRig } from '../testing/client.ts'
import type { Rig } from '../testing/client.ts'

async function walk(rig: Rig, path: string, between?: (page: number) => unknown): Promise<string[]> {
  const ids: string[] = []
  for (let next: string | undefined = path, page = 0; next; page += 1) {
    const { body } = await rig.call('GET', next)
    ids.push(...body.data.map((row: any) => row.id))
    next = body.links.next
    await between?.(page)
  }
  return ids
}

const people = (count: number): string[] => Array.from({ length: count }, (_, i) => `person${i}@example.com`)

describe('reads', () => {
  it('gives 50 rows a page, 200 at most, and leads on by links at the same host', async () => {
    await using rig = await startRig()
    rig.emulator.addTesters(rig.groupId, people(130))
    const path = `/v1/betaGroups/${rig.groupId}/betaTesters`
    const first = await rig.call('GET', path)
    expect([first.body.data.length, first.body.meta.paging.total]).toEqual([50, 130])
    expect(first.body.links.next.startsWith(`${rig.emulator.url}${path}?cursor=`)).toBe(true)
    expect(new Set(await walk(rig, path)).size).toBe(130)
    expect((await rig.call('GET', `${path}?limit=201`)).body.errors[0].code).toBe('PARAMETER_ERROR.INVALID')
  })

  it('keeps the size of a page without repeating the limit in the link', async () => {
    await using rig = await startRig({ nextLinkLimit: false })
    rig.emulator.addTesters(rig.groupId, people(7))
    const first = await rig.call('GET', `/v1/betaTesters?filter[apps]=${rig.appId}&limit=3`)
    expect(first.body.links.next).not.toContain('limit=')
    expect((await rig.call('GET', first.body.links.next)).body.data).toHaveLength(3)
  })

  it('loses nobody when rows go between two pages', async () => {
    await using rig = await startRig()
    rig.emulator.addTesters(rig.groupId, people(9))
    const path = `/v1/betaGroups/${rig.groupId}/betaTesters?limit=3`
    const ids = await walk(rig, path, (page) => {
      if (page === 0) rig.emulator.removeTester('person0@example.com', { groupId: rig.groupId })
    })
    expect(ids).toHaveLength(9)
  })

  it('leaves totals out where told', async () => {
    await using rig = await startRig({ totals: false })
    expect((await rig.call('GET', '/v1/apps')).body.meta.paging).toEqual({ limit: 50 })
  })

  it('sorts, pages what is sorted, and picks fields', async () => {
    await using rig = await startRig()
    rig.emulator.addTesters(rig.groupId, ['b@example.com', 'c@example.com', 'a@example.com'])
    const path = `/v1/betaTesters?filter[betaGroups]=${rig.groupId}&sort=-email&limit=2&fields[betaTesters]=email`
    const first = await rig.call('GET', path)
    const second = await rig.call('GET', first.body.links.next)
    const attributes = [...first.body.data, ...second.body.data].map((row: any) => row.attributes)
    expect(attributes).toEqual(['c', 'b', 'a'].map((name) => ({ email: `${name}@example.com` })))
  })

  it('finds addresses by a part of them, in any case, several at once', async () => {
    await using rig = await startRig()
    rig.emulator.addTesters(rig.groupId, [
      'Ada@example.com',
      'bada@example.com',
      'carl+1@example.com',
      'dora@example.com',
    ])
    const find = async (emails: string): Promise<string[]> => {
      const { body } = await rig.call('GET', `/v1/betaTesters?filter[apps]=${rig.appId}&filter[email]=${emails}`)
      return body.data.map((row: any) => row.attributes.email)
    }
    expect(await find('ada@example.com')).toEqual(['Ada@example.com', 'bada@example.com'])
    expect(await find('ADA@EXAMPLE.COM,dora@')).toEqual(['Ada@example.com', 'bada@example.com', 'dora@example.com'])
    expect(await find('xample')).toHaveLength(4)
    expect(await find('carl%2B1@example.com')).toEqual(['carl+1@example.com'])
    // A bare plus is a space, and nobody's address.
    expect(await find('carl+1@example.com')).toEqual([])
    rig.emulator.removeTester('bada@example.com', { appId: rig.appId })
    expect(await find('ada@example.com')).toEqual(['Ada@example.com'])
  })

  it('goes on finding addresses through thousands of changes', async () => {
    await using rig = await startRig()
    rig.emulator.addTesters(rig.groupId, people(6000))
    for (const email of people(3000)) rig.emulator.removeTester(email, { appId: rig.appId })
    rig.emulator.addTesters(rig.groupId, ['person1@example.com'])
    const total = async (part: string): Promise<number> =>
      (await rig.call('GET', `/v1/betaTesters?filter[apps]=${rig.appId}&filter[email]=${part}&limit=1`)).body.meta
        .paging.total
    expect(await total('person1@example.com')).toBe(1)
    expect(await total('person2@example.com')).toBe(0)
    expect(await total('person59')).toBe(100)
    expect(await total('5999@example.com')).toBe(1)
  })

  it('refuses what Apple refuses of a query, and keeps it as a violation', async () => {
    await using rig = await startRig()
    const both = `/v1/betaTesters?filter[apps]=${rig.appId}&filter[betaGroups]=${rig.groupId}`
    expect((await rig.call('GET', both)).body.errors[0].code).toBe('PARAMETER_ERROR.ILLEGAL')
    const filter = await rig.call('GET', `/v1/betaGroups/${rig.groupId}/betaTesters?filter[email]=a`)
    expect([filter.status, filter.body.errors[0].source]).toEqual([400, { parameter: 'filter[email]' }])
    expect((await rig.call('GET', '/v1/nowhere')).body.errors[0].code).toBe('PATH_ERROR')
    expect(rig.emulator.violations()).toHaveLength(3)
  })

  it('shows a write to reads only after the lag, while writes see the truth at once', async () => {
    await using rig = await startRig({ readLagMs: 30_000 })
    const id = await rig.create('ada@example.com')
    const members = async (): Promise<number> =>
      (await rig.call('GET', `/v1/betaGroups/${rig.groupId}/betaTesters`)).body.meta.paging.total
    expect(await members()).toBe(0)
    expect((await rig.call('GET', `/v1/betaTesters/${id}`)).status).toBe(404)
    const path = `/v1/betaGroups/${rig.groupId}/relationships/betaTesters`
    expect((await rig.call('POST', path, linkage('betaTesters', id))).status).toBe(409)
    rig.clock.time += 29_999
    expect(await members()).toBe(0)
    rig.clock.time += 1
    expect(await members()).toBe(1)
    expect((await rig.call('DELETE', path, linkage('betaTesters', id))).status).toBe(204)
    expect([await members(), rig.emulator.groupMembers(rig.groupId)]).toEqual([1, []])
    rig.clock.time += 30_000
    expect(await members()).toBe(0)
  })
})
