import { describe, expect, it } from 'vitest'
import { ANSWERS, SILENT, type AnswerRow } from '../../../testing/apple-answers.ts'
import { NOW, runBatch, shows, tellEnding, type TurnMember } from '../../../testing/turn-rig.ts'
import { NOTHING_OBSERVED, type Writing } from '../../domain/member.ts'

async function play({ member, turn, also }: AnswerRow) {
  const played = await runBatch({
    members: [member],
    ...also,
    answer: (sent, nth) => {
      const [asked, answer] = turn[nth] ?? []
      if (asked !== sent.asked || answer === undefined) throw new Error(`Call ${nth + 1} is "${sent.asked}".`)
      return answer
    },
  })
  return { ...played, turn: played.turns[0]! }
}

describe("Apple's answer", () => {
  it.each(ANSWERS.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const { sent, turn } = await play(row)
    expect(sent.map(({ asked }) => asked)).toEqual(row.turn.map(([asked]) => asked))
    expect(tellEnding(turn)).toBe(row.ends)
  })

  it('never reads removed for somebody whom Apple has in the group', async () => {
    for (const row of ANSWERS.filter(({ there }) => there)) {
      const { turn } = await play(row)
      expect([row.name, turn.ending]).not.toMatchObject([row.name, { status: 'removed' }])
      expect([row.name, turn.observed.email]).toEqual([row.name, 'ann@example.com'])
    }
  })
})

const email = 'm0@example.com'
const wrote = (kind: Writing['kind'], answer: Writing['answer'], reads = 4) => ({
  ...NOTHING_OBSERVED,
  email,
  writing: { kind, email, at: NOW - 600_000, reads, answer },
})
const inGroup = { email, state: 'invited' as const, confirmed: true }

/** Whoever has to be asked for before anything is done. */
const READERS: [string, TurnMember, removal: 'group' | 'app'][] = [
  ['a leaver whose id is not known', { present: false, observed: inGroup }, 'group'],
  ['a leaver of the app', { present: false, observed: inGroup }, 'app'],
  ['a leaver whose create was lost', { present: false, observed: wrote('create', 'lost') }, 'group'],
  ['a leaver whose create was refused', { present: false, observed: wrote('create', 'refused') }, 'group'],
  ['a leaver whose add was confirmed', { present: false, observed: wrote('add', 'confirmed') }, 'group'],
  ['a leaver whose removal was lost', { present: false, observed: wrote('remove', 'lost', 0) }, 'group'],
  ['a leaver whose removal was refused', { present: false, observed: wrote('remove', 'refused', 0) }, 'group'],
  [
    'a leaver whose removal from the app goes on',
    { present: false, observed: wrote('remove_app', 'confirmed', 2) },
    'app',
  ],
  ['a member looked at anew', { fresh: true, observed: inGroup }, 'group'],
  ['a join whose add was confirmed', { observed: wrote('add', 'confirmed') }, 'group'],
  ['a join whose create was refused', { observed: wrote('create', 'refused', 0) }, 'group'],
  ['a former address', { observed: { ...inGroup, settledState: true, leaving: ['old@example.com'] } }, 'group'],
]
const CASES = READERS.flatMap(([who, member, removal]) =>
  SILENT.map(([what, answer]) => [who, what, member, removal, answer] as const),
)

describe('a read that says nothing', () => {
  it.each(CASES)(
    '%s, answered by %s: nothing is believed, forgotten or written',
    async (_who, _what, member, removal, answer) => {
      const played = await runBatch({
        members: [member],
        roster: { removal },
        answer: (sent) => {
          if (sent.asked === 'get group') return { status: 200, body: { data: { id: 'g-1' } } }
          if (!sent.asked.startsWith('look') && !sent.asked.startsWith('read'))
            throw new Error(`${sent.asked} was sent.`)
          return answer
        },
      })
      const { ending, observed } = played.turns[0]!
      expect(ending?.kind).toMatch(/^(later|retry|give_back)$/)
      expect(ending).not.toMatchObject({ status: 'removed' })
      const before = { ...NOTHING_OBSERVED, ...member.observed }
      expect(observed).toMatchObject({ email: before.email, leaving: before.leaving, confirmed: before.confirmed })
    },
  )

  it.each(SILENT)('many joins, looked up and answered by %s: nobody is created', async (_what, answer) => {
    const played = await runBatch({
      members: Array.from({ length: 20 }, () => ({})),
      answer: (sent) => {
        if (sent.asked === 'get group') return { status: 200, body: { data: { id: 'g-1' } } }
        if (sent.asked !== 'look up in app') throw new Error(`${sent.asked} was sent.`)
        return answer
      },
    })
    expect(played.sent.length).toBeLessThan(13)
    for (const turn of played.turns) expect(tellEnding(turn)).toMatch(/^(later pending|give_back)/)
  })

  it('stops for everybody but the one whose look-up is refused alone', async () => {
    const bad = 'm5@example.com'
    const played = await runBatch({
      members: Array.from({ length: 20 }, () => ({})),
      known: {},
      answer: (sent) => {
        if (sent.asked === 'look up in app') return sent.names.includes(bad) ? { status: 409 } : shows()
        return {
          status: 201,
          body: { data: { id: `t-${sent.names[0]}`, attributes: { email: sent.names[0], state: 'INVITED' } } },
        }
      },
    })
    const endings = played.turns.map(tellEnding)
    expect(endings.filter((ending) => ending === 'done invited')).toHaveLength(19)
    expect(endings[5]).toBe('later pending apple_refused')
  })
})
