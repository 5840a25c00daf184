import { describe, expect, it } from 'vitest'
import { addScimRoster, putGroup } from '../../testing/scim.ts'
import { collectGarbage } from '../../testing/watch-loop.ts'
import { withScim } from '../../testing/with-scim.ts'

const MB = 1_024 * 1_024
/** The smaller takes long enough to be looked at while it is under way. */
const SIZES = [5_000, 20_000]
const SAMPLE_MS = 100
/** Of what differs from one run to the next. Ids alone are less than that: they are counted in at-once.redis.test.ts. */
const NOISE_MB = 5
/** Who leaves is judged as one list: of those the ids are in memory, and nothing else. */
const KB_OF_A_LEAVER = 0.4

/** A name so long that a thousand of them are a megabyte. */
const LONG_NAME = 'a'.repeat(1_024)

const { api, idp } = await withScim()
const url = await api.app.listen({ port: 0, host: '127.0.0.1' })

/** What is alive above rest while it works, at most; what could be collected does not count. */
async function liveMb(work: () => Promise<unknown>): Promise<number> {
  const used = () => {
    collectGarbage()
    return process.memoryUsage().heapUsed / MB
  }
  const rest = used()
  let peak = rest
  const watch = setInterval(() => (peak = Math.max(peak, used())), SAMPLE_MS)
  try {
    await work()
  } finally {
    clearInterval(watch)
  }
  return peak - rest
}

describe('a group of 20,000 people', () => {
  it('takes no more memory than one of 5,000: only the ids of those who leave are kept until it is judged', async () => {
    const took = new Map<string, number[]>()
    for (const size of SIZES) {
      const name = `of-${size}`
      const { id, ids } = await putGroup(api, idp, name, size)
      const measure = async (what: string, work: () => Promise<unknown>) =>
        took.set(what, [...(took.get(what) ?? []), await liveMb(work)])
      const done = async (answer: Promise<{ status: number }>) => expect((await answer).status).toBeLessThan(300)
      const value = ids.slice(0, 500).map((one) => ({ value: one }))
      await measure('500 leave it and come back', async () => {
        await done(idp.patch(`/Groups/${id}`, [{ op: 'remove', path: 'members', value }]))
        await done(idp.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value }]))
      })
      await measure('it is read', async () => {
        const headers = { authorization: `Bearer ${api.deps.adminToken}` }
        const answer = await fetch(`${url}/scim/v2/Groups/${id}`, { headers })
        let bytes = 0
        for await (const chunk of answer.body ?? []) bytes += (chunk as Uint8Array).length
        expect(bytes).toBeGreaterThan(size * name.length)
      })
      await addScimRoster(api, name, `bound ${name}`)
      await measure('it is renamed to what a roster names: everybody joins', () =>
        done(idp.patch(`/Groups/${id}`, [{ op: 'replace', path: 'displayName', value: `bound ${name}` }])),
      )
      await measure('it is renamed: everybody leaves, which is held', () =>
        done(idp.patch(`/Groups/${id}`, [{ op: 'replace', path: 'displayName', value: name }])),
      )
    }
    expect(took.size).toBe(4)
    for (const [what, [small = 0, ...others]] of took) {
      others.forEach((mb, at) => {
        const leaving = what.includes('leaves')
          ? (((SIZES[at + 1] ?? 0) - (SIZES[0] ?? 0)) * KB_OF_A_LEAVER) / 1_024
          : 0
        expect([what, SIZES[at + 1], mb < small + NOISE_MB + leaving, mb]).toEqual([what, SIZES[at + 1], true, mb])
      })
    }
  }, 600_000)
})

/** What is alive each time that the store is asked for a page of the group. */
async function liveAtPagesMb(group: string, work: () => Promise<unknown>): Promise<number[]> {
  const { connection } = api
  const send = connection.sendCommand.bind(connection)
  const live: number[] = []
  connection.sendCommand = (command, ...rest) => {
    if (command.args.some((arg) => String(arg).endsWith(`:members:${group}`))) {
      collectGarbage()
      live.push(process.memoryUsage().heapUsed / MB)
    }
    return send(command, ...rest)
  }
  try {
    await work()
  } finally {
    connection.sendCommand = send
  }
  return live
}

it('what a binding would do is told with those in memory who are named, and never a group: who comes, and who goes', async () => {
  const [size, other] = [8_000, 'Nobody']
  const { id, ids } = await putGroup(api, idp, 'Previewed', size, { firstName: LONG_NAME })
  await idp.addGroup(other, [await idp.addUser('previewed@example.com')])
  const preview = async (roster: string, group: string) =>
    (await api.call('GET', `/v1/scim/preview?roster=${roster}&group=${group}`)).json()
  const few = async (work: () => Promise<unknown>) => {
    const live = await liveAtPagesMb(id, work)
    expect(live.length).toBeGreaterThanOrEqual(size / 500)
    // From where as many as are named were seen, twice over. All of them would be 6 MB more.
    const [, , , , from = 0] = live
    expect(Math.max(...live) - from).toBeLessThan(3)
  }
  await addScimRoster(api, 'previewed', null)
  await few(async () => {
    const { plan, people } = await preview('previewed', 'Previewed')
    expect([plan.add, people.add.map((one: { id: string }) => one.id)]).toEqual([size, ids.slice(0, 1_000)])
  })
  await addScimRoster(api, 'emptied', 'Previewed')
  await few(async () => {
    const { plan, people } = await preview('emptied', other)
    expect([plan.remove, people.remove.map((one: { id: string }) => one.id)]).toEqual([size, ids.slice(0, 1_000)])
  })
})
