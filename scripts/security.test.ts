import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './lib/place.mjs'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
/** Of the page only what is told: links of its lines are one text. */
const page = read('SECURITY.md').replaceAll(/\s+/g, ' ')

const [CORE, API] = ['packages/core/src/', 'apps/api/src/']
const LISTS = `${API}routes/members/list-gate.ts`
const BODIES = `${API}plugins/large-bodies.ts`
const TURNS = `${API}plugins/own-turns.ts`
const ORDER = `${API}plugins/in-order.ts`
const READS = `${API}plugins/long-reads.ts`
const LOG_IN = `${CORE}usecases/sessions/log-in.ts`
const LINE = `${CORE}store/webhook/delivery-line.ts`
const CONFIG = `${CORE}config.ts`

const KB = 1024
const MB = KB * KB
const [SECOND, MINUTE, DAY] = [1_000, 60_000, 86_400_000]
const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const word = (count: number) => words[count] ?? `${count}`
const number = (count: number) => count.toLocaleString('en')
const days = (ms: number) => number(ms / DAY)

/** Where a limit stands in the code, and what the page says of it, by its value. */
const LIMITS: [file: string, constant: string, said: (value: number) => string][] = [
  [CONFIG, `'API_QUOTA_PERCENT', `, (value) => `\`API_QUOTA_PERCENT\` (${value} %) of the hour`],
  [
    `${CORE}usecases/lanes/caller-quota.ts`,
    'ALL_BOUND = 1 / ',
    (value) => (value === 2 ? 'all bound tokens have half' : '?'),
  ],
  [`${CORE}usecases/lanes/caller-quota.ts`, 'ONE_BOUND = 1 / ', (value) => (value === 5 ? 'one of them a fifth' : '?')],
  [`${API}app.ts`, 'BODY_LIMIT = ', (value) => `bodies of ${value / MB} MB (events`],
  [`${API}routes/events/post.ts`, 'BODY_LIMIT = ', (value) => `(events ${value / MB} MB, lists`],
  [`${API}routes/members/put-roster.ts`, 'BODY_LIMIT = ', (value) => `lists ${value / MB} MB), bounded`],
  [
    `${API}routes/members/put-roster.ts`,
    'BODY_LIMIT = ',
    (value) => `two that send lists of ${value / MB} MB without pause`,
  ],
  [BODIES, 'LARGE_BODY = ', (value) => `of bodies over ${value / KB} KB one at a time is parsed`],
  [BODIES, 'OWN_BYTES = ', (value) => `${value} MB of one sender are in memory`],
  [BODIES, 'UNKNOWN_BYTES = { own: ', (value) => `${value} MB of one network that has no token`],
  [BODIES, 'WAITING = { own: 32, all: ', (value) => `100 lists, ${value} bodies`],
  [TURNS, 'AT_ONCE = { own: ', (value) => (value === 50 ? 'fifty of a caller at once' : '?')],
  [ORDER, 'MOST_BEHIND = ', (value) => `${value} requests that wait behind one another on one connection`],
  [TURNS, 'all: Infinity, waiting: { own: ', (value) => (value === 2_000 ? 'and two thousand that wait' : '?')],
  [TURNS, 'waiting: { own: 2_000, all: ', (value) => `256 bodies, ${number(value)} requests`],
  [LISTS, 'WAITING = ', (value) => `${value} lists, 256 bodies`],
  [LISTS, 'AT_ONCE = ', (value) => `${word(value)} lists at a time, one of a bound token`],
  [
    LISTS,
    'BYTES_PER_MS = ',
    (value) => (value === 1_024 ? 'slower than a megabyte a second gives its turn away' : '?'),
  ],
  [`${API}plugins/discard.ts`, 'some 100 KB, so ', (value) => `thrown away at some ${value} MB a second`],
  [`${API}plugins/discard.ts`, 'TOLD_EVERY_MS = ', (value) => `is told of one every ${value} ms`],
  [
    `${API}routes/events/post.ts`,
    'RECORDED_AT_ONCE = { own: ',
    (value) => `batches are recorded ${word(value)} of a caller at once`,
  ],
  [READS, 'AT_ONCE = { own: 1, all: ', (value) => `read ${word(value)} at a time, one of a sender`],
  [READS, 'SHORT_PAGE = ', (value) => `lists of more than ${value} rosters or team keys`],
  [`${API}scim/patch-request.ts`, 'MOST_OPERATIONS = ', (value) => `${number(value)} operations on a SCIM group`],
  [`${API}scim/patch-user.ts`, 'MOST_CHANGES = ', (value) => `${value} changes of a SCIM user`],
  [
    `${API}plugins/auth.ts`,
    'MOST_OF_BOUND = ',
    (value) => `at most ${value} webhooks, ${value} notices and ${value} sources`,
  ],
  [`${API}plugins/auth.ts`, 'MOST_OF_BOUND = ', (value) => `sources of a bound token | ${value} each`],
  [
    `${CORE}sources/generic/evaluate.ts`,
    'TIME_LIMIT_MS = ',
    (value) => (value === SECOND / 2 ? 'have half a second' : '?'),
  ],
  [`${CORE}sources/generic/evaluation-process.ts`, '--max-old-space-size=', (value) => `and ${value} MB in a process`],
  [
    `${CORE}sources/generic/evaluate.ts`,
    'APART_MS = ',
    (value) => `has a process apart for ${word(value / MINUTE)} minutes`,
  ],
  [`${CORE}store/access/audit.ts`, 'OF_ONE_ACTOR = ', (value) => `its newest ${number(value)} entries, of 90 days`],
  [`${CORE}store/access/audit.ts`, 'OF_ONE_ACTOR = ', (value) => `the audit | ${number(value)} entries of an actor`],
  [`${CORE}store/access/audit.ts`, 'KEPT_MS = ', (value) => `entries of an actor, ${days(value)} days`],
  [`${CORE}store/access/audit.ts`, 'KEPT_MS = ', (value) => `10,000 entries, of ${days(value)} days`],
  ['apps/worker/src/endpoint-pace.ts', 'AT_FIRST = ', (value) => `${word(value)} tries at once`],
  ['apps/worker/src/endpoint-pace.ts', 'MOST = ', (value) => `up to ${word(value)} while it answers`],
  ['apps/worker/src/endpoint-pace.ts', 'QUICK_MS = ', (value) => (value === SECOND ? 'answers within a second' : '?')],
  [LINE, 'AT_ONCE = ', (value) => `up to ${word(value)} while it answers`],
  [LINE, 'AT_ONCE_FAILING = ', (value) => `${word(value)} tries at once`],
  [LINE, 'DISABLED_AFTER_MS = ', (value) => `none after ${word(value / DAY)} days without an answer`],
  [LINE, 'ENDED_KEPT = ', (value) => `of those that ended ${number(value)};`],
  [
    `${CORE}callbacks/schedule.ts`,
    'GIVE_UP_AFTER_MS = ',
    (value) => `deliveries of a webhook | ${word(value / 24)} days of tries`,
  ],
  [`${CORE}usecases/deliveries/conclude.ts`, 'ANSWERS_KEPT = ', (value) => `${value / KB} KB of answers each`],
  [`${CORE}domain/most-waiting.ts`, 'MOST_OF_A_ROSTER = ', (value) => `${number(value)} wait for all webhooks`],
  [`${CORE}domain/timeline.ts`, 'TIMELINE_KEPT = ', (value) => `its plans | ${value} entries; 10,000`],
  [`${CORE}store/roster/activity.ts`, 'ACTIVITY_LINES = ', (value) => `${number(value)} entries of 30 days`],
  [`${CORE}store/roster/activity.ts`, 'ACTIVITY_KEPT_MS = ', (value) => `10,000 entries of ${days(value)} days`],
  [`${CORE}store/roster/reconciliations.ts`, 'KEPT_PER_ROSTER = ', (value) => `${value} plans, fewer`],
  [`${CORE}store/roster/reconciliations.ts`, 'NAMES_PER_ROSTER = ', (value) => `more than ${number(value)} people`],
  [`${CORE}store/source/sources.ts`, 'PEOPLE_KEPT = ', (value) => `people of a source | ${number(value)}, of`],
  [
    `${CORE}usecases/sources/tell-person.ts`,
    'LONGEST_PERSON = ',
    (value) => `of ${value / KB} KB and 50 memberships each`,
  ],
  [`${CORE}domain/source.ts`, 'MEMBERSHIPS_KEPT = ', (value) => `${value} memberships each`],
  [`${CORE}store/source/sources.ts`, 'RECEIVED_KEPT = ', (value) => `payloads of a source | the last ${value}`],
  [
    `${CORE}usecases/sources/receive-payload.ts`,
    'ID_REMEMBERED_MS = ',
    (value) => `digests for ${word(value / DAY)} days`,
  ],
  [`${API}scim/user-resource.ts`, 'LARGEST_BYTES = ', (value) => `\`ROSTER_LIMIT\`, of ${value / KB} KB each`],
  [`${CORE}usecases/scim/groups.ts`, 'MOST_GROUPS_OF_BOUND = ', (value) => `${number(value)} groups, of names`],
  [`${API}scim/group-resource.ts`, 'LONGEST_NAME = ', (value) => `names and ids of ${value} characters`],
  [`${CORE}store/scim/scim-directory.ts`, 'NOTES_KEPT = ', (value) => `its last ${value} notes`],
  [`${CORE}store/kept.ts`, 'KEPT_MS = ', (value) => (value === MINUTE ? 'Apple answered to callers | a minute' : '?')],
  [LOG_IN, 'MANY, forMs: ', (value) => (value === 15 * MINUTE ? 'wrong passwords | a quarter of an hour' : '?')],
  [LOG_IN, 'MANY = ', (value) => `${word(value)} guesses of its own at one person's password`],
  [
    `${CORE}usecases/sessions/device.ts`,
    'DEVICE_MS = ',
    (value) => (value === 180 * DAY ? 'password | half a year' : '?'),
  ],
  [`${API}plugins/rate-limit.ts`, 'TOKENS = ', (value) => `the newest ${number(value)} tokens`],
  [`${API}plugins/refusals.ts`, 'NETWORKS = ', (value) => `tokens, ${number(value)} networks`],
  [
    `${API}plugins/refusals.ts`,
    '{ from: 100, forMs: ',
    (value) => (value === 100 ? 'from the hundredth on they are answered late' : '?'),
  ],
  [
    `${CORE}store/connection/health.ts`,
    'FULL_SHARE = ',
    (value) => (value === 0.8 ? 'four fifths full takes no more' : '?'),
  ],
  [
    `${CORE}usecases/sources/put-source.ts`,
    'FORMER_SECRET_MS = ',
    (value) => (value === DAY ? 'the former one good for a day' : '?'),
  ],
]

/** What a constant is set to: a number, or several that are multiplied; MB and HOUR are its unit. */
function valueOf(file: string, constant: string): number {
  const text = read(file)
  const at = text.indexOf(constant)
  const found =
    at < 0
      ? undefined
      : /^[\d_.]+(?: \* [\d_]+)*(?: \* (?:DAY_MS|MB|HOUR))?/.exec(text.slice(at + constant.length))?.[0]
  if (found === undefined) throw new Error(`${file} says nothing of ${constant}`)
  return found
    .split(' * ')
    .map((part) => (part === 'DAY_MS' ? DAY : /^(?:MB|HOUR)$/.test(part) ? 1 : Number(part.replaceAll('_', ''))))
    .reduce((product, part) => product * part, 1)
}

const told = LIMITS.map(([file, constant, said]) => [said(valueOf(file, constant)), file, constant] as const)

test.each(told)('SECURITY.md says “%s”, as %s does (%s)', (said) => {
  expect(page).toContain(said)
})

test('SECURITY.md names no other figure', () => {
  const letters = page.split('')
  for (const [said] of told) {
    for (let at = page.indexOf(said); at >= 0; at = page.indexOf(said, at + 1)) letters.fill('·', at, at + said.length)
  }
  const others = letters
    .join('')
    // Names: a cipher, an address, a code of HTTP, a version of a path, a format; and what is measured of hostile bodies.
    .replaceAll(/AES-256|127\.0\.0\.1|\b409\b|\b429\b|\/v1\/|\.p8|for 50 ms, or needs 64 MB/g, '')
    .match(/.{0,30}\d[\d,.]*.{0,20}/g)
  expect(others).toBeNull()
})
