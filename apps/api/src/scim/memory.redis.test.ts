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
