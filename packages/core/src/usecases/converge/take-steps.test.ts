import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  NOW,
  refuses,
  runBatch,
  shows,
  tellEnding,
  type Answer,
  type BatchScript,
  type TurnMember,
} from '../../../testing/turn-rig.ts'
import { NOTHING_OBSERVED } from '../../domain/member.ts'

const emailOf = (at: number) => `m${at}@example.com`
const idOf = (at: number) => `t${at}`
const done: Answer = { status: 204 }
const refused = refuses(409, 'STATE_ERROR', { detail: 'Tester(s) cannot be assigned' })
const group: Answer = { status: 200, body: { data: { id: 'g-1' } } }
const made = (email: string): Answer => ({
  status: 201,
  body: { data: { id: `new-${email}`, attributes: { email, state: 'INVITED' } } },
})

/** So many members whose tester ids are known: joins are adds, leaves are removals. */
function many(count: number, member: TurnMember = {}): Pick<BatchScript, 'members' | 'known'> {
  const at = Array.from({ length: count }, (_, index) => index)
  return {
    members: at.map(() => member),
    known: Object.fromEntries(at.map((index) => [emailOf(index), idOf(index)])),
  }
}
const leaver = (at: number): TurnMember => ({
  present: false,
  observed: { ...NOTHING_OBSERVED, email: emailOf(at), confirmed: true, state: 'invited' },
})

describe('one call for many', () => {
  it('adds all of them at once', async () => {
    const { sent, turns } = await runBatch({ ...many(40), answer: () => done })
    expect(sent.map(({ asked, names }) => [asked, names.length])).toEqual([['add', 40]])
    expect(new Set(turns.map(tellEnding))).toEqual(new Set(['later pending']))
  })

  it('halves a refused call until the bad id is alone', async () => {
    const bad = idOf(5)
    const { sent, turns } = await runBatch({
      ...many(16),
      answer: ({ asked, names }) => {
        if (asked === 'get group') return group
        if (asked === 'read group') return shows()
        if (asked === 'look up in app') return shows({ id: bad, email: emailOf(5) })
        return names.includes(bad) ? refused : done
      },
    })
    const adds = sent.filter(({ asked }) => asked === 'add').map(({ names }) => names.length)
    expect(adds).toContain(1)
    expect(adds.length).toBeLessThan(14)
    expect(turns.map(tellEnding)).toEqual(turns.map((_, at) => (at === 5 ? 'retry apple_refused' : 'later pending')))
  })

  it('sorts out by one read who is in already after a refused add, and adds the others alone', async () => {
    const { sent, turns } = await runBatch({
      ...many(10),
      answer: ({ asked, names }) => {
        if (asked === 'read group') return shows({ id: idOf(0), email: emailOf(0), state: 'ACCEPTED' })
        return names.includes(idOf(0)) ? refused : done
      },
    })
    expect(sent.map(({ asked }) => asked).slice(0, 2)).toEqual(['add', 'read group'])
    expect(sent.slice(2).flatMap(({ names }) => names)).not.toContain(idOf(0))
    expect(tellEnding(turns[0]!)).toBe('done accepted')
  })

  it('sorts out by one read who is out already after a refused removal', async () => {
    const members = [leaver(0), leaver(1), leaver(2)]
    const { sent, turns } = await runBatch({
      ...many(3),
      members,
      answer: ({ asked, names }) => {
        if (asked === 'read group') return shows(...[1, 2].map((at) => ({ id: idOf(at), email: emailOf(at) })))
        return names.includes(idOf(0)) ? { status: 404 } : asked === 'get group' ? group : done
      },
    })
    expect(sent.filter(({ asked }) => asked === 'read group')).toHaveLength(1)
    expect(turns.map(tellEnding)).toEqual(['done removed', 'done removed', 'done removed'])
  })

  it('believes nobody in or out where the read that sorts out is refused', async () => {
    const { turns } = await runBatch({
      ...many(3),
      members: [leaver(0), leaver(1), leaver(2)],
      answer: ({ asked }) =>
        asked === 'get group' ? group : asked === 'read group' ? { status: 409 } : { status: 409 },
    })
    for (const { ending, observed } of turns) {
      expect(ending).toMatchObject({ kind: 'later', status: 'pending' })
      expect(observed.email).not.toBeNull()
    }
  })

  it('goes on with small calls once a large one was refused, and with larger ones again', async () => {
    const turn = { ...many(120), chunk: 120 }
    const { sent } = await runBatch({
      ...turn,
      answer: ({ asked, names }) => {
        if (asked === 'read group') return shows()
        return names.length > 60 ? refused : done
      },
    })
    const adds = sent.filter(({ asked }) => asked === 'add').map(({ names }) => names.length)
    expect(adds).toEqual([120, 60, 60])
  })

  it('keeps in mind how many Apple takes: half as many after a refusal, twice as many after a full call, within bounds', async () => {
    const sizeAfter = async (members: number, chunk: number, most: number) => {
      const answer: BatchScript['answer'] = ({ asked, names }) =>
        asked === 'read group' ? shows() : asked === 'get group' ? group : names.length > most ? refused : done
      return (await runBatch({ ...many(members), chunk, answer })).chunk.size
    }
    expect(await sizeAfter(70, 120, 60)).toBe(60)
    expect(await sizeAfter(30, 30, 10)).toBe(25)
    expect(await sizeAfter(50, 50, 200)).toBe(100)
    expect(await sizeAfter(49, 50, 200)).toBe(50)
    expect(await sizeAfter(150, 150, 200)).toBe(200)
  })

  it.each(['lost', { status: 500 }] as const)(
    "uses nobody's attempt when a call for many fails: %j",
    async (answer) => {
      const { turns, troubles } = await runBatch({ ...many(12), answer: () => answer })
      expect(new Set(turns.map(tellEnding))).toEqual(new Set(['give_back']))
      expect(troubles[0]).toBe(12)
    },
  )

  it('uses the attempt of one whose own call fails', async () => {
    const { turns, troubles } = await runBatch({ ...many(1), answer: () => 'lost' })
    expect([turns.map(tellEnding), troubles]).toEqual([['retry apple_unreachable'], [1]])
  })

  it('ends the turn of all of them where it is the group that is gone', async () => {
    const { sent } = await runBatch({ ...many(8), answer: () => ({ status: 404 }) })
    expect(sent.map(({ asked }) => asked)).toEqual(['add', 'get group'])
  })
})

describe('a look-up for many', () => {
  it('is halved until the address that can not be searched for is alone, which is left to the create', async () => {
    const bad = emailOf(3)
    const { sent, turns } = await runBatch({
      members: many(8).members,
      answer: ({ asked, names }) => {
        if (asked === 'create')
          return names[0] === bad ? refuses(409, 'X', { pointer: '/data/attributes/email' }) : made(names[0]!)
        return names.includes(bad) ? refuses(400, 'PARAMETER_ERROR.INVALID', { detail: 'not a valid email' }) : shows()
      },
    })
    expect(sent.filter(({ asked }) => asked === 'look up in app').map(({ names }) => names.length)).toEqual([
      8, 4, 2, 2, 1, 1, 4,
    ])
    expect(turns.map(tellEnding)).toEqual(
      turns.map((_, at) => (at === 3 ? 'done failed address_invalid' : 'done invited')),
    )
  })

  it('is halved as well where it is refused for somebody in another way: that one is asked about later, and all others go on', async () => {
    const bad = emailOf(3)
    const { sent, turns } = await runBatch({
      members: many(8).members,
      answer: ({ asked, names }) =>
        asked === 'create' ? made(names[0]!) : names.includes(bad) ? { status: 409 } : shows(),
    })
    expect(sent.filter(({ asked }) => asked === 'look up in app').map(({ names }) => names.length)).toEqual([
      8, 4, 2, 2, 1, 1, 4,
    ])
    expect(turns.map(tellEnding)).toEqual(
      turns.map((_, at) => (at === 3 ? 'later pending apple_refused' : 'done invited')),
    )
  })

  it('saves the refused creates of those who are there', async () => {
    const { sent } = await runBatch({
      members: many(5).members,
      answer: ({ asked, names }) =>
        asked === 'look up in app'
          ? shows({ id: 't1', email: emailOf(1) })
          : asked === 'create'
            ? made(names[0]!)
            : done,
    })
    expect(sent.map(({ asked }) => asked).sort()).toEqual([
      'add',
      'create',
      'create',
      'create',
      'create',
      'look up in app',
    ])
  })

  it('matches addresses exactly, whatever else a fuzzy search brings', async () => {
    const { sent } = await runBatch({
      members: many(3).members,
      answer: ({ asked, names }) =>
        asked === 'look up in app' ? shows({ id: 'other', email: `x${emailOf(0)}` }) : made(names[0]!),
    })
    expect(sent.filter(({ asked }) => asked === 'create')).toHaveLength(3)
  })
})

describe('calls that are not about a member', () => {
  it('asks again twice where a token was rejected by chance, not more', async () => {
    const { sent, doubts } = await runBatch({ members: [{}], answer: () => ({ status: 401 }) })
    expect([sent.length, doubts]).toEqual([3, 3])
  })

  it('begins no call while it is being found out whether the key works', async () => {
    let calls = 0
    let tell = () => {}
    const judgement = new Promise<void>((resolve) => void (tell = resolve))
    const batch = runBatch({
      ...many(1),
      judged: () => judgement,
      answer: () => {
        calls++
        return done
      },
    })
    for (let turns = 0; turns < 5; turns++) await setImmediate()
    expect(calls).toBe(0)
    tell()
    await batch
    expect(calls).toBe(1)
  })

  it('asks once where one endpoint says no to a key that works', async () => {
    const { sent, turns } = await runBatch({ members: [{}], answer: () => ({ status: 403 }) })
    expect([sent.length, turns.map(tellEnding)]).toEqual([1, ['retry call_forbidden']])
  })

  it('tries no more of an endpoint that has said no to many, and uses no attempt of those it did not try', async () => {
    const { sent, turns } = await runBatch({
      members: many(30).members,
      answer: ({ asked }) => (asked === 'look up in app' ? shows() : { status: 403 }),
    })
    expect(sent.filter(({ asked }) => asked === 'create')).toHaveLength(9)
    expect(turns.filter((turn) => tellEnding(turn) === 'later pending call_forbidden')).toHaveLength(21)
    for (const { observed } of turns) expect(observed).toMatchObject({ email: null, writing: null })
  })

  it('sends nothing more once the lane has to stop, and notes as unsent what did not go out', async () => {
    const { sent, turns } = await runBatch({
      members: [{}, {}],
      answer: () => ({ status: 429 }),
    })
    expect(sent).toHaveLength(1)
    for (const { ending, observed } of turns) {
      expect(ending?.kind).toBe('give_back')
      expect(observed).toMatchObject({ email: null, writing: null })
    }
  })

  it('tries no further create once one has found the app full: the others wait in line, none of them noted as written', async () => {
    const { sent, turns } = await runBatch({
      members: Array.from({ length: 10 }, () => ({})),
      answer: ({ asked }) =>
        asked === 'create'
          ? refuses(409, 'STATE_ERROR', { detail: 'The maximum number of external testers has been reached.' })
          : asked === 'get group'
            ? group
            : shows(),
    })
    expect(sent.filter(({ asked }) => asked === 'create')).toHaveLength(1)
    expect(new Set(turns.map(tellEnding))).toEqual(new Set(['in_line']))
    expect(turns.map(({ observed }) => observed.writing)).toEqual(turns.map(() => null))
  })

  it('notes an invitation right before it goes out: one that waits behind a stop was not sent', async () => {
    const observed = {
      email: emailOf(0),
      state: 'invited' as const,
      confirmed: true,
      settledState: true,
      observedAt: NOW,
    }
    const { turns, noted } = await runBatch({
      ...many(2),
      members: [
        { invite: true, observed },
        { invite: true, observed: { ...observed, email: emailOf(1) } },
      ],
      answer: () => ({ status: 429 }),
    })
    expect(turns.map((turn) => [turn.invite, turn.observed.writing])).toEqual([
      [true, null],
      [true, null],
    ])
    // Whoever dies then leaves no second one that may have been sent.
    expect(noted).toEqual([['m0']])
  })
})
