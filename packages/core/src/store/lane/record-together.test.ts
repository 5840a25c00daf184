import { describe, expect, it } from 'vitest'
import type { MemberChange } from '../../domain/change.ts'
import { createLeisure, type Leisure } from '../../domain/leisure.ts'
import type { RecordOptions, RecordResult } from './record-changes.ts'
import { recordTogether, SLICE } from './record-together.ts'

const change = (member: string) => ({ member }) as MemberChange
const options = (members: string[], teamKey = 'acme', dedupMs = 1): RecordOptions => ({
  teamKey,
  dedupMs,
  changes: members.map(change),
})

/** A recorder whose steps end when they are told to; versions tell a change's place in its step. */
function createSteps(now?: () => number, leisure?: Pick<Leisure, 'take'>) {
  const steps: { members: string[]; end: (error?: Error) => void }[] = []
  const record = (given: RecordOptions) =>
    new Promise<RecordResult>((resolve, reject) => {
      const changes = given.changes.map((_, at) => ({ outcome: 'accepted' as const, version: at }))
      const end = (error?: Error) => (error ? reject(error) : resolve({ awake: false, now: 1, changes, told: [] }))
      steps.push({ members: given.changes.map(({ member }) => member), end })
    })
  return { steps, record: recordTogether(leisure, record, now) }
}

const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const people = (count: number) => Array.from({ length: count }, (_, at) => `m${at}`)

describe('recordTogether', () => {
  it('records a request alone at once, and what comes meanwhile in one step after it', async () => {
    const { steps, record } = createSteps()
    const results = [record(options(['a'])), record(options(['b'])), record(options(['c', 'd']))]
    expect(steps.map(({ members }) => members)).toEqual([['a']])
    steps[0]?.end()
    await settled()
    expect(steps.map(({ members }) => members)).toEqual([['a'], ['b', 'c', 'd']])
    steps[1]?.end()
    const versions = (await Promise.all(results)).map(({ changes }) => changes.map(({ version }) => version))
    expect(versions).toEqual([[0], [0], [1, 2]])
  })

  it('never holds up another team key, nor a large batch', async () => {
    const { steps, record } = createSteps()
    const large = people(100)
    void record(options(['a']))
    void record(options(['b'], 'other'))
    void record(options(large))
    await settled()
    expect(steps.map(({ members }) => members.length)).toEqual([1, 1, 100])
  })

  it('tells a failure to everybody in the step, and goes on with the next', async () => {
    const { steps, record } = createSteps()
    const outcomes = ['a', 'b', 'c'].map((id) =>
      record(options([id])).then(
        () => 'kept',
        () => 'unknown',
      ),
    )
    steps[0]?.end()
    await settled()
    steps[1]?.end(new Error('no store'))
    expect(await Promise.all(outcomes)).toEqual(['kept', 'unknown', 'unknown'])
    void record(options(['d']))
    expect(steps.at(-1)?.members).toEqual(['d'])
  })

  it('fits a step: at most 1,000 changes, remembered equally long', async () => {
    const { steps, record } = createSteps()
    void record(options(['a']))
    for (let at = 0; at < 12; at++) void record(options(Array.from({ length: 99 }, (_, n) => `${at}-${n}`)))
    void record(options(['z'], 'acme', 2))
    for (let at = 0; at < 4; at++) {
      steps[at]?.end()
      await settled()
    }
    expect(steps.map(({ members }) => members.length)).toEqual([1, 990, 198, 1])
  })

  it('records a large batch as one step while its team key is alone, and in slices while others record beside it', async () => {
    let time = 0
    const { steps, record } = createSteps(() => time)
    const lengths = () => steps.map(({ members }) => members.length)
    void record(options(people(1_000)))
    expect(lengths()).toEqual([1_000])
    void record(options(['x'], 'other'))
    const sliced = record(options(people(350)))
    // Of one team key one slice at a time; what is small does not wait for it.
    void record(options(people(240)))
    await settled()
    expect(lengths()).toEqual([1_000, 1, SLICE])
    void record(options(['y'], 'third'))
    expect(lengths()).toEqual([1_000, 1, SLICE, 1])
    // By turns of both batches, each in its order.
    for (let at = 2; at < 10; at++) {
      if (at !== 3) steps[at]?.end()
      await settled()
    }
    expect(lengths()).toEqual([1_000, 1, SLICE, 1, SLICE, SLICE, SLICE, SLICE, 40, 50])
    expect((await sliced).changes.length).toBe(350)
    time = 2_000
    void record(options(people(700)))
    expect(lengths().at(-1)).toBe(700)
  })

  it('lets the small requests under way go before each slice', async () => {
    let time = 0
    const leisure = createLeisure(() => time)
    const { steps, record } = createSteps(() => time, leisure)
    const lengths = () => steps.map(({ members }) => members.length)
    void record(options(['x'], 'other'))
    const sliced = record(options(people(300)))
    await settled()
    expect(lengths()).toEqual([1, SLICE])
    const end = leisure.begin()
    time = 5
    steps[1]?.end()
    await settled()
    expect(lengths()).toEqual([1, SLICE])
    void record(options(['y'], 'other'))
    steps[0]?.end()
    await settled()
    expect(lengths()).toEqual([1, SLICE, 1])
    end()
    for (let at = 2; at < 5; at++) {
      await settled()
      steps[at]?.end()
    }
    expect((await sliced).changes.length).toBe(300)
  })

  it('tells that a batch failed where one of its slices did, and records no more of it', async () => {
    const { steps, record } = createSteps()
    void record(options(['x'], 'other'))
    const failed = expect(record(options(people(250)))).rejects.toThrow('no store')
    await settled()
    steps[1]?.end()
    await settled()
    steps[2]?.end(new Error('no store'))
    await failed
    await settled()
    expect(steps.map(({ members }) => members.length)).toEqual([1, SLICE, SLICE])
  })
})
