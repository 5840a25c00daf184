import { describe, expect, it } from 'vitest'
import type { Fact } from './fact.ts'
import { composeNotice, pickNews, wantsNotice } from './notice.ts'

const URL = 'https://flightroster.example.com/beta'
const roster = (
  type: 'roster.held' | 'roster.blocked' | 'roster.recovered',
  id = 'gold',
  reconciliation?: string,
): Fact => ({
  type,
  roster: id,
  sequence: 1,
  problem: type === 'roster.blocked' ? { code: 'group_gone', detail: 'Ann@example.com is gone' } : null,
  ...(reconciliation === undefined ? {} : { reconciliation }),
  at: 1,
})
const failed = (member: string): Fact => ({
  type: 'member.failed',
  roster: 'gold',
  member,
  sequence: 1,
  status: 'failed',
  problem: { code: 'address_invalid', detail: `${member} is no address` },
  at: 1,
})

describe('a notice', () => {
  it('that is told of trouble is told when it is over, and of nothing else', () => {
    const rule = { types: ['roster.held'], rosters: ['gold'] }
    const wants = (fact: Fact) => wantsNotice(rule, fact, new Set(['gold']))
    expect([wants(roster('roster.held')), wants(roster('roster.recovered'))]).toEqual([true, true])
    expect([wants(roster('roster.blocked')), wants(roster('roster.held', 'silver'))]).toEqual([false, false])
  })

  it('tells a change of state once, and its end only where its beginning was told', () => {
    const [held, again, other] = ['p-1', 'p-1', 'p-2'].map((plan) => roster('roster.held', 'gold', plan)) as [
      Fact,
      Fact,
      Fact,
    ]
    const over = roster('roster.recovered')
    expect(pickNews(['*'], [over], new Map()).news).toEqual([])
    const { news, told } = pickNews(['*'], [held, again, other, over, over], new Map())
    expect(news).toEqual([held, other, { ...over, reconciliation: 'p-2' }])
    expect([...told]).toEqual([['roster:gold', null]])
    const later = pickNews(['*'], [again, over], new Map([['roster:gold', 'roster.held p-1']]))
    expect(later.news).toEqual([{ ...over, reconciliation: 'p-1' }])
    expect(pickNews(['*'], [over], new Map([['roster-block:gold', 'roster.blocked group_gone']])).news).toEqual([over])
  })

  const held = roster('roster.held', 'gold', 'p-1')
  const blocked = roster('roster.blocked')
  const unblocked = roster('roster.recovered')
  const stillHeld = roster('roster.recovered', 'gold', 'p-1')
  const decided = { ...unblocked, reconciliation: 'p-1' }
  it.each([
    [
      'blocked while a plan is held, mended, then decided',
      [held, blocked, stillHeld, unblocked],
      [held, blocked, unblocked, decided],
    ],
    [
      'held while it is blocked, mended, then decided',
      [blocked, held, stillHeld, unblocked],
      [blocked, held, unblocked, decided],
    ],
    ['held and blocked, decided before it is mended', [held, blocked, unblocked], [held, blocked, unblocked, decided]],
    ['blocked, mended and blocked again', [blocked, unblocked, blocked], [blocked, unblocked, blocked]],
  ])('of a roster that is %s tells each beginning and each end', (_name, facts, news) => {
    expect(pickNews(['*'], facts, new Map()).news).toEqual(news)
    // One after the other as well.
    const told = new Map<string, string>()
    const said = facts.flatMap((fact) => {
      const picked = pickNews(['*'], [fact], told)
      for (const [thing, state] of picked.told) {
        if (state === null) told.delete(thing)
        else told.set(thing, state)
      }
      return picked.news
    })
    expect(said).toEqual(news)
    const rule = { types: ['roster.held'], rosters: null }
    const known = facts.filter((fact) => wantsNotice(rule, fact, new Set()))
    expect(pickNews(rule.types, known, new Map()).news).toEqual(
      news.filter((fact) => [held, decided].some((one) => JSON.stringify(one) === JSON.stringify(fact))),
    )
  })
})

describe('a notice of an end alone', () => {
  const types = ['roster.recovered', 'team_key.recovered']

  it('knows of what began, and tells only that it is over', () => {
    const rule = { types, rosters: ['gold'] }
    const wants = (fact: Fact) => wantsNotice(rule, fact, new Set(['gold']))
    const held = roster('roster.held', 'gold', 'p-1')
    const over = roster('roster.recovered')
    expect([wants(held), wants(over), wants(roster('roster.held', 'silver')), wants(failed('u-1'))]).toEqual([
      true,
      true,
      false,
      false,
    ])
    const { news, told } = pickNews(types, [held], new Map())
    expect([news, [...told]]).toEqual([[], [['roster:gold', 'roster.held p-1']]])
    expect(pickNews(types, [over], new Map([['roster:gold', 'roster.held p-1']])).news).toEqual([
      { ...over, reconciliation: 'p-1' },
    ])
  })

  it('is told of every end, whose beginning began nothing that was told', () => {
    const problem = { code: 'key_rejected', detail: 'No.' } as const
    const began: Fact = { type: 'team_key.rejected', teamKey: 'acme', sequence: 1, problem, at: 1 }
    const over: Fact = { ...began, type: 'team_key.recovered', sequence: 2, problem: null }
    expect(pickNews(types, [began, over], new Map()).news).toEqual([over])
  })
})

describe('a message', () => {
  it('of one thing says what to do, and leads to it', () => {
    expect(composeNotice([roster('roster.held', 'gold', 'p-1') as never], URL)).toEqual({
      title: 'Roster gold: a plan is held, and removes nobody until somebody decides.',
      lines: ['Look at who would leave, then approve or reject the plan.'],
      link: `${URL}/console/rosters/gold/plans/p-1`,
    })
  })

  it('of the last build says when it ends, whom that hits, and what comes next', () => {
    const build = { id: 'b', version: '1.0', number: '42', expiresAt: '2026-12-08T00:00:00.000Z' }
    const fact = { type: 'build.expiring', roster: 'gold', sequence: 1, build, peopleAffected: 12, at: 0 } as const
    expect(composeNotice([{ ...fact, successor: null }], undefined)).toMatchObject({
      title: 'Roster gold: build 1.0 (42) is the last one that can be tested, and ends on 2026-12-08.',
      lines: ['It affects 12 people. Nothing newer is in the pipeline.'],
    })
    const gone = { ...fact, type: 'build.run_out' as const, peopleAffected: 1 }
    expect(composeNotice([{ ...gone, successor: { number: '43', state: 'in_review' } }], undefined)).toMatchObject({
      title: 'Roster gold: build 1.0 (42) was the last one, and has gone: nobody can install the app.',
      lines: ['It affects 1 person. 43 comes next: it is in beta review.'],
    })
  })

  it('of people is a sentence, of one and of several, and leads to who needs somebody', () => {
    const said = (type: Fact['type'], count: number) =>
      composeNotice(Array.from({ length: count }, (_, at) => ({ ...failed(`u-${at}`), type })) as never, URL)
    expect([said('member.invited', 1).title, said('member.waiting', 2).title]).toEqual([
      'Roster gold: 1 person was invited.',
      'Roster gold: 2 people wait for an address or a seat.',
    ])
    expect(
      [said('member.failed', 2), said('member.waiting', 1), said('member.invited', 1)].map(({ link }) => link),
    ).toEqual(
      ['/members?status=failed', '/members?status=waiting', ''].map((page) => `${URL}/console/rosters/gold${page}`),
    )
  })

  it.each<[Fact['type'], number, string]>([
    ['member.idle', 1, '1 person does not use the seat.'],
    ['member.idle', 2, '2 people do not use their seats.'],
    ['member.reclaimed', 1, '1 person left the app, because the seat was not used.'],
    ['member.reclaimed', 2, '2 people left the app, because their seats were not used.'],
  ])('of seats that nobody uses, as %s for %i, says so and names nobody', (type, count, said) => {
    const facts = Array.from({ length: count }, (_, at) => ({ ...failed(`u-${at}`), type })) as Fact[]
    const link = `${URL}/console/rosters/gold`
    expect(composeNotice(facts as never, URL)).toEqual({ title: `Roster gold: ${said}`, lines: [], link })
  })

  it('of an end says what is over: a plan that was held never stopped the roster', () => {
    const said = (fact: Fact) => composeNotice([fact as never], URL).title
    expect(said(roster('roster.recovered', 'gold', 'p-1'))).toBe('Roster gold: no plan waits for a decision any more.')
    expect(said(roster('roster.recovered'))).toBe('Roster gold goes on again.')
  })

  it('of a build whose version is not known leaves it out', () => {
    const build = { id: 'b-1', version: '', number: '41', expiresAt: null }
    const fact: Fact = { type: 'build.available', roster: 'gold', sequence: 1, build, at: 1 }
    expect(composeNotice([fact as never], URL).title).toBe('Roster gold: build (41) can be tested.')
  })

  it('of several counts people, and names nobody', () => {
    const facts = [failed('ann@example.com'), failed('ben@example.com'), roster('roster.blocked', 'silver')]
    const message = composeNotice(facts, URL)
    expect(message).toMatchObject({ title: '3 things have changed', link: `${URL}/console` })
    expect(message.lines[0]).toBe('Roster gold: 2 people could not be added or taken out.')
    expect(JSON.stringify(message)).not.toMatch(/example\.com is|ann@|ben@|Ann@/)
  })

  it('has no link where nobody knows the way, and an end', () => {
    const many = Array.from({ length: 30 }, (_, at) => roster('roster.held', `r-${at}`))
    const message = composeNotice(many, undefined)
    expect([message.link, message.lines.length, message.lines.at(-1)]).toEqual([null, 21, '… and 10 more'])
  })
})
