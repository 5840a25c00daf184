import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { NOW, runBatch, shows, tellEnding, type Answer } from '../../../testing/turn-rig.ts'

const made = (email: string, state = 'INVITED'): Answer => ({
  status: 201,
  body: { data: { id: `new-${email}`, attributes: { email, state } } },
})
const ANN = 'ann@example.com'
const inGroup = { email: ANN, state: 'invited' as const, confirmed: true, settledState: true, observedAt: NOW }

describe('a batch', () => {
  it('creates two unknown people at once, and looks three up first', async () => {
    const answer = ({ asked, names }: { asked: string; names: string[] }) =>
      asked === 'look up in app' ? shows() : made(names[0]!)
    const two = await runBatch({ members: [{}, {}], answer })
    const three = await runBatch({ members: [{}, {}, {}], answer })
    expect(two.sent.map(({ asked }) => asked)).toEqual(['create', 'create'])
    expect(three.sent.map(({ asked }) => asked)).toEqual(['look up in app', 'create', 'create', 'create'])
  })

  it('looks one up first whose last look-up was refused, instead of creating for want of an answer', async () => {
    const problem = { code: 'apple_refused' as const, detail: '', at: NOW }
    const { sent } = await runBatch({ members: [{ observed: { problem } }], answer: () => ({ status: 409 }) })
    expect(sent.map(({ asked }) => asked)).toEqual(['look up in app'])
  })

  it('goes on having to read whom it was asked to read, where Apple does not say who is there', async () => {
    const errors = [{ status: '400', code: 'PARAMETER_ERROR.INVALID', detail: `'${ANN}' is not a valid email` }]
    const { sent, turns } = await runBatch({
      members: [{ email: ANN, observed: inGroup, fresh: true }],
      answer: () => ({ status: 400, body: { errors } }),
    })
    expect([sent.map(({ asked }) => asked), turns[0]?.fresh]).toEqual([['read group'], true])
  })

  it('puts a row that says REVOKED beside another roster once for each join, since Apple may let it have no effect', async () => {
    const problem = { code: 'apple_refused' as const, detail: '', at: NOW }
    const turn = (revived: number) =>
      runBatch({
        members: [{ email: ANN, joined: 3, observed: { problem, revived } }],
        seatedElsewhere: true,
        wantedElsewhere: true,
        answer: ({ asked }) =>
          asked === 'look up in app' ? shows({ id: 't-a', email: ANN, state: 'REVOKED' }) : { status: 204 },
      })
    const first = await turn(0)
    expect(first.sent.map(({ asked }) => asked)).toEqual(['look up in app', 'add'])
    expect(first.turns[0]?.observed.revived).toBe(3)
    const again = await turn(3)
    expect(again.sent.map(({ asked }) => asked)).toEqual(['look up in app'])
    expect(again.turns.map(tellEnding)).toEqual(['done revoked testing_stopped'])
  })

  it('sends one write at a time about one address, and lets its second member share the seat', async () => {
    const { sent, turns } = await runBatch({
      members: [{ email: ANN }, { email: 'ANN@example.com' }],
      answer: ({ names }) => made(names[0]!),
    })
    expect(sent.map(({ asked }) => asked)).toEqual(['create'])
    expect(turns.map(tellEnding)).toEqual(['done invited', 'done invited'])
    expect(turns[1]?.observed).toMatchObject({ confirmed: true, state: 'invited' })
  })

  it('takes nobody out of the app who was put into another roster of it a moment ago', async () => {
    const { sent, turns } = await runBatch({
      members: [
        { email: ANN, joined: 5, fresh: true, observed: { ...inGroup, state: 'revoked' } },
        { email: ANN, group: 'g-2' },
      ],
      known: { [ANN]: 't-a' },
      answer: ({ asked }) =>
        asked === 'read group' ? shows({ id: 't-a', email: ANN, state: 'REVOKED' }) : { status: 204 },
    })
    expect(sent.map(({ asked }) => asked)).not.toContain('remove from app')
    expect(tellEnding(turns[0]!)).toBe('done revoked testing_stopped')
  })

  it('records who was created while others are still to be created', async () => {
    const { finishedAfter } = await runBatch({ members: [{}, {}], answer: ({ names }) => made(names[0]!) })
    expect(finishedAfter).toEqual([1, 2])
  })

  it('parks all members of a group that is gone, once one call has shown it', async () => {
    const { turns } = await runBatch({ members: [{}, {}], answer: () => ({ status: 404 }) })
    expect(turns.map(tellEnding)).toEqual(['parked', 'parked'])
  })

  it('sends no write once another worker has the lease', async () => {
    const known = { [ANN]: 't-a' }
    const members = [{ email: ANN }, { email: 'new@example.com' }]
    const { sent } = await runBatch({ members, known, isLeaseLost: true, answer: () => ({ status: 204 }) })
    expect(sent).toEqual([])
  })

  it('removes before it adds, and adds before it creates', async () => {
    const { sent } = await runBatch({
      members: [
        { email: 'new@example.com' },
        { email: 'known@example.com' },
        { email: ANN, present: false, observed: inGroup },
      ],
      known: { 'known@example.com': 't-k', [ANN]: 't-a' },
      answer: ({ asked, names }) => (asked === 'create' ? made(names[0]!) : { status: 204 }),
    })
    expect(sent.map(({ asked }) => asked)).toEqual(['remove', 'add', 'create'])
  })

  it('puts in again whom a removal without an answer may have taken out, and believes only what is read after it', async () => {
    const removal = { kind: 'remove' as const, email: ANN, at: NOW - 60_000, reads: 1, answer: 'lost' as const }
    const known = { [ANN]: 't-a' }
    const members = [{ email: ANN, observed: { ...inGroup, writing: removal } }]
    const out = await runBatch({ members, known, answer: () => ({ status: 204 }) })
    expect(out.sent.map(({ asked }) => asked)).toEqual(['add'])
    expect(out.turns[0]?.ending).toMatchObject({ kind: 'later', status: 'pending' })
    expect(out.turns[0]?.observed).toMatchObject({ confirmed: false, writing: { kind: 'add', answer: 'confirmed' } })
    const lost = await runBatch({ members, known, answer: () => 'lost' })
    expect(lost.turns[0]?.observed).toMatchObject({ confirmed: false, writing: { kind: 'add', answer: 'lost' } })
  })

  it('leaves nothing under way behind for somebody who is settled', async () => {
    const writing = {
      kind: 'remove' as const,
      email: 'old@example.com',
      at: NOW - 60_000,
      reads: 1,
      answer: 'lost' as const,
    }
    const { turns } = await runBatch({
      members: [{ email: ANN, observed: { ...inGroup, writing } }],
      answer: () => 'lost',
    })
    expect(turns.map(tellEnding)).toEqual(['done invited'])
    expect(turns[0]?.observed.writing).toBeNull()
  })

  it('moves a person: the new address in, then the old one out', async () => {
    const { sent, turns } = await runBatch({
      members: [{ email: 'new@example.com', observed: { leaving: [ANN] } }],
      known: { [ANN]: 't-a' },
      answer: ({ asked, names }) => (asked === 'create' ? made(names[0]!) : { status: 204 }),
    })
    expect(sent.map(({ asked }) => asked)).toEqual(['create', 'remove'])
    expect(turns.map(tellEnding)).toEqual(['done invited'])
  })

  it('takes the old address out of one who moves to an address that a fellow member is in with', async () => {
    const { sent, turns } = await runBatch({
      members: [
        { email: 'shared@example.com', observed: { ...inGroup, email: 'shared@example.com', converged: 3 } },
        { email: 'shared@example.com', observed: { leaving: [ANN] } },
      ],
      known: { [ANN]: 't-a' },
      answer: () => ({ status: 204 }),
    })
    expect(sent).toEqual([{ asked: 'remove', names: ['t-a'] }])
    expect(turns.map(tellEnding)).toEqual(['done invited', 'done invited'])
    expect(turns[1]?.observed).toMatchObject({ email: 'shared@example.com', confirmed: true, leaving: [] })
  })

  it('moves a person who had accepted: the old address leaves the app, and the new one is mailed once more', async () => {
    const { sent, turns } = await runBatch({
      members: [{ email: 'new@example.com', observed: { leaving: [ANN], invite: true } }],
      known: { [ANN]: 't-a' },
      answer: ({ asked, names }) => (asked === 'create' ? made(names[0]!) : { status: 202 }),
    })
    expect(sent.map(({ asked }) => asked)).toEqual(['create', 'remove from app'])
    expect(turns[0]?.observed).toMatchObject({ invite: true, leaving: [ANN] })
  })

  it('gives up a write that no read has shown for a minute: an attempt is used, and it goes out anew', async () => {
    const writing = { kind: 'add' as const, email: ANN, at: NOW - 90_000, reads: 5, answer: 'confirmed' as const }
    const { sent, turns } = await runBatch({
      members: [{ email: ANN, observed: { email: ANN, writing } }],
      answer: () => ({ status: 500 }),
    })
    expect([sent, turns.map(tellEnding), turns[0]?.observed.writing]).toEqual([[], ['retry apple_refused'], null])
  })

  it('asks Apple first where it was told to, whatever it knows', async () => {
    const { sent, turns } = await runBatch({
      members: [{ email: ANN, fresh: true, observed: inGroup }],
      answer: () => shows({ id: 't-1', email: ANN, state: 'INSTALLED' }),
    })
    expect([sent.map(({ asked }) => asked), turns.map(tellEnding)]).toEqual([['read group'], ['done installed']])
  })

  it('keeps an id of the whole account to itself until the group shows the person', async () => {
    const exists: Answer = { status: 409, body: { errors: [{ code: 'STATE_ERROR', detail: 'already exists' }] } }
    const { turns } = await runBatch({
      members: [{ email: ANN }],
      answer: ({ asked }) => {
        switch (asked) {
          case 'create':
            return exists
          case 'look up in account':
            return shows({ id: 'team-1', email: ANN })
          case 'add':
            return { status: 204 }
          case 'get group':
            return { status: 200, body: { data: { id: 'g-1' } } }
          case 'look up in app':
          case 'read group':
          case 'remove':
          case 'remove from app':
          case 'invite':
            return shows()
        }
      },
    })
    expect(turns[0]?.learnt.get(ANN)).not.toBe('team-1')
    expect(turns[0]?.observed).toMatchObject({ confirmed: false, writing: { kind: 'add', answer: 'confirmed' } })
  })

  it('mails once where the invitation is asked for while the entry is on its way', async () => {
    const { sent, turns } = await runBatch({
      members: [{ email: ANN, invite: true }],
      answer: ({ names }) => made(names[0]!, 'NOT_INVITED'),
    })
    expect(sent.map(({ asked }) => asked)).toEqual(['create'])
    expect(turns.map(tellEnding)).toEqual(['later not_invited'])
  })

  it('mails once whoever was in before, was taken out by hand, and is put in again with an invitation asked for', async () => {
    const before = { email: ANN, state: null, confirmed: false, settledState: true, observedAt: NOW }
    const member = { email: ANN, invite: true }
    const answer = ({ asked }: { asked: string }): Answer =>
      asked === 'read group' ? shows({ id: 't-1', email: ANN }) : { status: 204 }
    const entry = await runBatch({ members: [{ ...member, observed: before }], known: { [ANN]: 't-1' }, answer })
    expect(entry.sent.map(({ asked }) => asked)).toEqual(['add'])
    const { writing, ...kept } = entry.turns[0]!.observed
    const observed = { ...kept, writing: writing && { ...writing, at: NOW - 2_000 } }
    const { sent, turns } = await runBatch({ members: [{ ...member, observed }], known: { [ANN]: 't-1' }, answer })
    expect([sent.map(({ asked }) => asked), turns.map(tellEnding)]).toEqual([['read group'], ['done invited']])
  })

  it('ends by an outcome that could not be recorded once all others are, and such a failure is never unheard', async () => {
    const unheard: unknown[] = []
    const listen = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', listen)
    const recorded: string[] = []
    const batch = runBatch({
      members: [{ present: false }, {}, {}],
      answer: ({ names }) => made(names[0]!),
      async finish({ member }) {
        // The first one has nothing to do: it fails while the others are still asked about.
        if (member === 'm0') throw new Error('The store is away.')
        for (let turns = 0; turns < 5; turns++) await setImmediate()
        recorded.push(member)
      },
    })
    await expect(batch).rejects.toThrow('The store is away.')
    process.off('unhandledRejection', listen)
    expect([recorded.sort(), unheard]).toEqual([['m1', 'm2'], []])
  })
})
