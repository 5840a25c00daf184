import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Harm } from './harms.ts'
import type { Figures } from './measure.ts'

export interface Round {
  seconds: number
  events: number
  calls: number
  /** From the last harm on, until everybody was where the newest events say (s). */
  settledAfter: number
  figures: Figures
}

export interface Report {
  seed: number
  beganAt: Date
  rounds: Round[]
  /** How often each harm was done. */
  done: Map<Harm, number>
  /** Each promise, and what broke it. */
  promises: Map<string, string[]>
}

const COLUMNS: [keyof Figures, string][] = [
  ['apiMb', 'API, MB'],
  ['workerMb', 'worker, MB'],
  ['apiDescriptors', 'API, descriptors'],
  ['workerDescriptors', 'worker, descriptors'],
  ['redisMb', 'Redis, MB'],
  ['redisKeys', 'Redis, keys'],
  ['markMb', 'marks of event ids, MB'],
  ['markKeys', 'marks of event ids, keys'],
  ['redisClients', 'Redis, clients'],
]

/** By how much each figure may grow from the first third of the rounds to the last one, and in any case. */
const GROWTH: Partial<Record<keyof Figures, { share: number; least: number }>> = {
  apiMb: { share: 1.25, least: 25 },
  workerMb: { share: 1.25, least: 25 },
  apiDescriptors: { share: 1.25, least: 10 },
  workerDescriptors: { share: 1.25, least: 10 },
  redisMb: { share: 1.3, least: 3 },
  redisKeys: { share: 1.3, least: 100 },
  redisClients: { share: 1.25, least: 10 },
}
/** Fewer rounds say nothing about growth. */
const ENOUGH_ROUNDS = 6

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** Sentences on what grew beyond measure over the rounds. */
export function findGrowth(rounds: Round[]): string[] {
  if (rounds.length < ENOUGH_ROUNDS) return []
  const third = Math.floor(rounds.length / 3)
  return COLUMNS.flatMap(([name, title]) => {
    const of = (some: Round[]) => median(some.map(({ figures }) => figures[name]))
    const first = of(rounds.slice(0, third))
    const last = of(rounds.slice(-third))
    const { share, least } = GROWTH[name] ?? { share: Infinity, least: 0 }
    return last > Math.max(first * share, first + least)
      ? [`${title}: ${first} in the first third, ${last} in the last`]
      : []
  })
}

export function writeReport(path: string, report: Report): void {
  writeFileSync(path, formatReport(report))
}

function formatReport({ seed, beganAt, rounds, done, promises }: Report): string {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0)
  const minutes = Math.round(sum(({ seconds, settledAfter }) => seconds + settledAfter) / 60)
  const harms = [...done].toSorted(([a], [b]) => a.id.localeCompare(b.id) || a.name.localeCompare(b.name))
  const harmed = harms.reduce((total, [, times]) => total + times, 0)
  return [
    '# Soak',
    '',
    `Began ${beganAt.toISOString()}, ${minutes} minutes in ${rounds.length} rounds, on ${cpus().length} cores with Node ${process.versions.node}.`,
    `Seed ${seed}: \`SOAK_SEED\` repeats the order of the faults.`,
    '',
    `${sum(({ events }) => events)} events accepted, ${sum(({ calls }) => calls)} calls to Apple, ${harmed} faults.`,
    '',
    '## Promises',
    '',
    '| promise | held |',
    '| --- | --- |',
    ...[...promises].map(([promise, broken]) => `| ${promise} | ${broken.length === 0 ? 'yes' : broken.join('; ')} |`),
    '',
    '## Rounds',
    '',
    'Each is a time of faults, then a calm one in which everything has to settle; figures are of the calm.',
    '',
    `| round | faults for, s | settled after, s | events | calls | ${COLUMNS.map(([, title]) => title).join(' | ')} |`,
    `| ${'--- | '.repeat(COLUMNS.length + 5).trim()}`,
    ...rounds.map(({ seconds, settledAfter, events, calls, figures }, at) => {
      const cells = [at + 1, seconds, settledAfter, events, calls, ...COLUMNS.map(([name]) => figures[name])]
      return `| ${cells.join(' | ')} |`
    }),
    '',
    '## Faults',
    '',
    'By their rows in `docs/failure-modes.md`.',
    '',
    '| row | fault | times |',
    '| --- | --- | --- |',
    ...harms.map(([{ id, name }, times]) => `| ${id} | ${name} | ${times} |`),
    '',
  ].join('\n')
}
