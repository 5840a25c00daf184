import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  entitledRosters,
  learnStatement,
  newPerson,
  type SourceStatement,
  type SourcePerson,
} from '../domain/source.ts'
import { createEvaluator, MapError, PayloadError, SOURCE_READERS } from './index.ts'
import { signGhost, signPatreon, signStripe } from '../../testing/sign-source.ts'

type Kind = keyof typeof SOURCE_READERS

const NOW = Date.parse('2026-11-29T12:00:00Z')

function recorded(kind: Kind, name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, kind, 'payloads', `${name}.json`), 'utf8'))
}

function read(kind: Kind, name: string, headers: Record<string, string> = {}, now = NOW) {
  return SOURCE_READERS[kind].read(recorded(kind, name), { headers, now })
}

function personOf(statements: SourceStatement[]): SourcePerson {
  return statements.reduce(learnStatement, newPerson(statements[0]?.person ?? ''))
}

describe.each(Object.keys(SOURCE_READERS) as Kind[])('the recorded payloads of %s', (kind) => {
  it.each(readdirSync(join(import.meta.dirname, kind, 'payloads')))('%s is read', (file) => {
    const reading = read(kind, file.replace('.json', ''))
    expect(reading.statements.length + reading.ignored.length).toBeGreaterThan(0)
  })

  it.each([{}, [], null, 'x', 7, { data: {} }, { member: {} }, { id: 'evt', type: 7, created: 'x' }])(
    'and not %j',
    (payload) => {
      expect(() => SOURCE_READERS[kind].read(payload, { headers: {}, now: NOW })).toThrow(PayloadError)
    },
  )
})

describe('Stripe', () => {
  const life = [
    'customer.created',
    'customer.subscription.created',
    'customer.subscription.updated',
    'checkout.session.completed',
    'customer.updated',
    'customer.subscription.updated-cancelling',
    'customer.subscription.deleted',
  ].map((name) => read('stripe', name).statements[0] as SourceStatement)
  const rosters = { price_1Abc: 'gold' }

  it('a life of a subscription ends the same in whatever order it arrives', () => {
    for (const [upTo, expected, email] of [
      [3, ['gold'], 'ann@example.com'],
      [6, ['gold'], 'ann.lee@example.com'],
      [7, [], 'ann.lee@example.com'],
    ] as const) {
      fc.assert(
        fc.property(fc.shuffledSubarray(life.slice(0, upTo), { minLength: upTo }), fc.nat(upTo - 1), (order, at) => {
          // One of them arrives twice.
          const person = personOf([...order, order[at] as SourceStatement])
          expect([entitledRosters(person, rosters).rosters, person.profile.email]).toEqual([expected, email])
        }),
      )
    }
  })

  it.each([
    ['active', true],
    ['trialing', true],
    ['past_due', true],
    ['incomplete', false],
    ['incomplete_expired', false],
    ['unpaid', false],
    ['canceled', false],
    ['paused', false],
    ['a status of the future', false],
  ])('a subscription that is %s entitles: %s', (status, isEntitled) => {
    const payload = recorded('stripe', 'customer.subscription.updated') as { data: { object: { status: string } } }
    payload.data.object.status = status
    const [statement] = SOURCE_READERS.stripe.read(payload, { headers: {}, now: NOW }).statements
    expect(entitledRosters(personOf([statement as SourceStatement]), rosters).rosters).toEqual(
      isEntitled ? ['gold'] : [],
    )
  })

  it('of two events in one second a subscription that has just begun does not undo its payment', () => {
    const [begun] = read('stripe', 'customer.subscription.created').statements as [SourceStatement]
    const [paid] = read('stripe', 'customer.subscription.updated').statements as [SourceStatement]
    const sameSecond = { ...paid, at: { ...paid.at, time: begun.at.time } }
    expect(entitledRosters(personOf([sameSecond, begun]), rosters).rosters).toEqual(['gold'])
  })

  it('a plan goes by its price, lookup key or product, and by * where it is not named', () => {
    const person = personOf(read('stripe', 'customer.subscription.updated').statements)
    expect(entitledRosters(person, { prod_Gold: 'gold' }).rosters).toEqual(['gold'])
    expect(entitledRosters(person, { '*': 'bronze' }).rosters).toEqual(['bronze'])
    expect(entitledRosters(person, { price_other: 'silver' })).toEqual({ rosters: [], unmapped: ['price_1Abc'] })
  })

  it('a person with two subscriptions on one roster leaves with the last', () => {
    const [one] = read('stripe', 'customer.subscription.updated').statements as [
      SourceStatement & { kind: 'membership' },
    ]
    const other = { ...one, membership: 'sub_Q2' }
    const [ended] = read('stripe', 'customer.subscription.deleted').statements as [SourceStatement]
    const both = personOf([one, other, ended])
    expect(entitledRosters(both, rosters).rosters).toEqual(['gold'])
    const none = learnStatement(both, { ...ended, membership: 'sub_Q2' } as SourceStatement)
    expect(entitledRosters(none, rosters).rosters).toEqual([])
  })

  it('a deleted customer leaves, and what is older brings nobody back', () => {
    const [gone] = read('stripe', 'customer.deleted').statements as [SourceStatement]
    expect(personOf([...life, gone])).toMatchObject({ memberships: {}, profile: { email: null } })
    expect(personOf([gone, ...life])).toMatchObject({ memberships: {}, profile: { email: null } })
  })

  it.each(['__proto__', 'constructor', 'toString'])('a plan called %s leads nowhere by itself', (name) => {
    const [statement] = read('stripe', 'customer.subscription.updated').statements as [
      SourceStatement & { kind: 'membership' },
    ]
    const person = personOf([{ ...statement, membership: name, plans: [[name]] }])
    expect(entitledRosters(person, rosters)).toEqual({ rosters: [], unmapped: [name] })
  })
})

describe('Patreon', () => {
  const rosters = { '77': 'gold' }

  it('goes by the entitled tiers, whatever became of the pledge', () => {
    const after = (name: string) => entitledRosters(personOf(read('patreon', name).statements), rosters).rosters
    expect(after('members.create')).toEqual([])
    expect(after('members.pledge.create')).toEqual(['gold'])
    expect(after('members.pledge.update-declined')).toEqual(['gold'])
    expect(after('members.pledge.delete')).toEqual(['gold'])
    expect(after('members.update-ended')).toEqual([])
  })

  it('knows a tier by its title as well, and the person by name and address', () => {
    const person = personOf(read('patreon', 'members.pledge.create').statements)
    expect(entitledRosters(person, { Gold: 'gold' }).rosters).toEqual(['gold'])
    expect(person.profile).toEqual({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' })
  })

  it('lets who was deleted leave, and takes them again who came back', () => {
    const joined = read('patreon', 'members.pledge.create', {}, NOW).statements
    const gone = read('patreon', 'members.delete', { 'x-patreon-event': 'members:delete' }, NOW + 1).statements
    const back = read('patreon', 'members.pledge.create', {}, NOW + 2).statements
    expect(entitledRosters(personOf([...joined, ...gone]), rosters).rosters).toEqual([])
    expect(entitledRosters(personOf([...joined, ...gone, ...back]), rosters).rosters).toEqual(['gold'])
  })

  it('says why a post is nothing', () => {
    expect(read('patreon', 'members.update', { 'x-patreon-event': 'posts:publish' })).toMatchObject({ statements: [] })
  })
})

describe('Ghost', () => {
  it('goes by tiers; "free" names members without one, and * every paid one', () => {
    const free = personOf(read('ghost', 'member.added').statements)
    const paid = personOf(read('ghost', 'member.edited').statements)
    expect(entitledRosters(free, { free: 'bronze', '*': 'gold' }).rosters).toEqual(['bronze'])
    expect(entitledRosters(free, { '*': 'gold' }).rosters).toEqual([])
    expect(entitledRosters(paid, { free: 'bronze', '*': 'gold' }).rosters).toEqual(['gold'])
    expect(entitledRosters(paid, { gold: 'gold' }).rosters).toEqual(['gold'])
  })

  it('is ordered by updated_at, and a deletion by what was before it', () => {
    const statements = ['member.added', 'member.edited'].flatMap((name) => read('ghost', name).statements)
    const gone = read('ghost', 'member.deleted').statements
    const rosters = { tier_77: 'gold' }
    expect(entitledRosters(personOf(statements.toReversed()), rosters).rosters).toEqual(['gold'])
    expect(entitledRosters(personOf([...statements, ...gone]), rosters).rosters).toEqual([])
    expect(entitledRosters(personOf([...gone, ...statements]), rosters).rosters).toEqual([])
  })
})

describe('signatures', () => {
  const body = Buffer.from('{"a":1}')
  const cases = {
    stripe: (secret: string, text: Buffer) => signStripe(secret, text, NOW),
    patreon: (secret: string, text: Buffer) => signPatreon(secret, text),
    ghost: (secret: string, text: Buffer) => signGhost(secret, text, NOW),
  }
  const isSigned = (kind: Kind, headers: Record<string, string>, text = body, now = NOW) =>
    SOURCE_READERS[kind].isSigned({ headers, body: text }, { secret: 'right', now, signature: null })

  it.each(Object.keys(cases) as (keyof typeof cases)[])('of %s hold for that body and that secret alone', (kind) => {
    const headers = cases[kind]('right', body)
    expect(isSigned(kind, headers)).toBe(true)
    expect(isSigned(kind, headers, Buffer.from('{"a":2}'))).toBe(false)
    expect(isSigned(kind, cases[kind]('wrong', body))).toBe(false)
    expect(isSigned(kind, {})).toBe(false)
    for (const [name, value] of Object.entries(headers)) {
      for (const broken of ['', 't=,v1=', 'sha256=, t=', value.slice(0, -1), `${value}00`, 'é'])
        expect([broken, isSigned(kind, { [name]: broken })]).toEqual([broken, false])
    }
  })

  it('of Stripe hold for five minutes, and with any of several v1', () => {
    const headers = signStripe('right', body, NOW)
    expect(isSigned('stripe', headers, body, NOW + 4 * 60_000)).toBe(true)
    expect(isSigned('stripe', headers, body, NOW + 6 * 60_000)).toBe(false)
    expect(isSigned('stripe', headers, body, NOW - 6 * 60_000)).toBe(false)
    const [time, v1] = headers['stripe-signature']!.split(',')
    expect(isSigned('stripe', { 'stripe-signature': `${time},v1=${'0'.repeat(64)},${v1},v0=00` })).toBe(true)
    expect(isSigned('stripe', { 'stripe-signature': `${time},v0=${v1?.slice(3)}` })).toBe(false)
  })
})

describe('expressions', () => {
  const evaluator = createEvaluator({ timeLimitMs: 500 })
  /** However busy the machine is: what is ended here is ended for its memory. */
  const patient = createEvaluator({ timeLimitMs: 60_000 })
  afterAll(() => Promise.all([evaluator.close(), patient.close()]))

  it('map a payload to events', async () => {
    const map = '{"type": "member.joined", "data": {"roster": plan, "member": {"id": user.id}}}'
    expect(await evaluator.evaluate(map, '{"plan":"gold","user":{"id":"u-1"}}', 'a')).toEqual({
      type: 'member.joined',
      data: { roster: 'gold', member: { id: 'u-1' } },
    })
  })

  it.each([
    ['loops for ever', '($f := function($n) { $f($n + 1) }; $f(0))'],
    ['recurses without end', '($f := function($n) { 1 + $f($n + 1) }; $f(0))'],
    ['matches slowly', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)'],
    ['makes too much', '[1..9999999]'],
  ])('that %s are ended, and the next one is served', async (_, map) => {
    await expect(evaluator.evaluate(map, '{}', 'b')).rejects.toThrow(PayloadError)
    expect(await evaluator.evaluate('1 + 1', '{}', 'b')).toBe(2)
  })

  it('that have to be ended are met once by others, and not each time: everybody has their turns', async () => {
    const shared = createEvaluator({ timeLimitMs: 500 })
    const loop = '($f := function($n) { $f($n + 1) }; $f(0))'
    const hostile = Array.from({ length: 8 }, () => shared.evaluate(loop, '{}', 'hostile').catch(() => 'ended'))
    const waits: number[] = []
    for (let count = 0; count < 5; count++) {
      const begun = performance.now()
      expect(await shared.evaluate('1 + 1', '{}', 'kind')).toBe(2)
      waits.push(performance.now() - begun)
    }
    expect(Math.max(...waits.slice(1))).toBeLessThan(500)
    const more = Array.from({ length: 30 }, () =>
      shared.evaluate(loop, '{}', 'hostile').catch((error: unknown) => error),
    )
    expect(await Promise.race(more)).toMatchObject({ code: 'rate_limited' })
    expect(await shared.evaluate('1 + 1', '{}', 'kind')).toBe(2)
    await shared.close()
    await Promise.all([...hostile, ...more])
  })

  it('change no function of JSONata for those of others', async () => {
    const source = readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8')
    const names = [...source.matchAll(/staticFrame\.bind\('(\w+)'/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(60)
    const map = '{"all": $lowercase(email) & $sum(paid) & $pad("a", 2) & $base64encode("a")}'
    const payload = '{"email":"ANN@example.com","paid":[1,2]}'
    const before = await evaluator.evaluate(map, payload, 'c')
    // Where a function was called last, JSONata notes in the function; a process that begins anew has no such note.
    const looks = async () => {
      const looked = await evaluator.evaluate(`[${names.map((name) => `$${name}`).join(',')}]`, '{}', 'c')
      return (looked as Record<string, unknown>[]).map((one) => ({ ...one, position: null, token: null }))
    }
    const looked = await looks()
    for (const name of names) {
      for (const change of [
        '{"implementation": "x"}',
        '{"signature": "x"}',
        '{}, "_jsonata_function"',
        '{"more": "x"}',
      ]) {
        const changed = evaluator.evaluate(`$ ~> |$${name}|${change}|`, '{"a":1}', 'd')
        expect([name, change, await changed.catch((error: unknown) => error instanceof PayloadError)]).toEqual([
          name,
          change,
          true,
        ])
      }
    }
    expect(await looks()).toEqual(looked)
    expect(await evaluator.evaluate(map, payload, 'c')).toEqual(before)
  })

  it('leave room for those of others, however many long ones there were', async () => {
    for (let count = 0; count < 60; count++) {
      await patient.compile(`[${count},${Array.from({ length: 9_900 }, () => 'a').join(',')}]`, 'e')
    }
    const payload = JSON.stringify(Array.from({ length: 9_000 }, () => ({ a: 1 })))
    expect(await patient.evaluate('$count($)', payload, 'c')).toBe(9_000)
  })

  it.each([
    '$length($pad("a", 400000000))',
    '$length($pad("a", -400000000))',
    '$base64encode($reduce([1..20], function($text, $n) { $text & $text }, "a"))',
    '$base64decode($reduce([1..20], function($text, $n) { $text & $text }, "a"))',
  ])('make no text outside of their memory: %s', async (map) => {
    const error = await patient.evaluate(map, '{}', 'f').catch((fault: Error) => fault.message)
    expect(error).toMatch(/longer than 500000 characters/)
  })

  it('reach neither the process nor files', async () => {
    for (const map of [
      'process',
      '$constructor',
      '$eval("process.exit()")',
      '$.constructor.constructor("return process")()',
    ]) {
      const result = await evaluator.evaluate(map, '{}', 'c').catch((error: unknown) => error)
      expect([map, result === null || result instanceof PayloadError]).toEqual([map, true])
    }
  })

  it('that cannot be read are named', async () => {
    await expect(evaluator.compile('{"a": ', 'a')).rejects.toThrow(MapError)
  })
})
