import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isScimAttribute } from '@flightroster/core/domain'
import { DIALECTS, type DialectStep } from '../../testing/scim-dialects.ts'
import { ASSUMPTIONS, DOUBLES, type Habits } from '../../testing/scim-habits.ts'
import { serviceProviderConfig } from './discovery-data.ts'
import { SCIM_ROOT } from './fault.ts'
import { toUserDraft } from './user-resource.ts'

const docs = join(import.meta.dirname, '../../../../docs')
/** As one line, so that a phrase may be broken anywhere. */
const read = (page: string) => readFileSync(join(docs, page), 'utf8').replaceAll(/\s+/g, ' ')
const overview = readFileSync(join(docs, 'scim.md'), 'utf8')

const PACE_TEST = join(import.meta.dirname, 'entra-pace.redis.test.ts')

const hours = (...list: number[]) => list.map((one) => one * 60)
const bodiesOf = (steps: DialectStep[], method: string, path: RegExp) =>
  steps.filter((step) => step.method === method && path.test(step.path)).map(({ body }) => JSON.stringify(body))

interface Page {
  file: string
  /** The double of that name, and the dialects whose names begin so. */
  provider: string
  /** Attributes that the page says are sent. */
  sends: string[]
  /** What the page says of times, retries and requests, and whether double and fixtures are so. */
  says: [phrase: string, isSo: (habits: Habits, steps: DialectStep[]) => boolean][]
}

const PAGES: Page[] = [
  {
    file: 'entra-id.md',
    provider: 'Entra ID',
    sends: ['displayName', 'externalId', 'members', 'userName', 'active', 'emails'],
    says: [
      [
        "looks for a user and a group that can't be there and is content with empty lists",
        (_, steps) =>
          ['/Users', '/Groups'].every((path) =>
            steps
              .slice(0, 2)
              .some((step) => step.method === 'GET' && step.path.startsWith(path) && step.status === 200),
          ),
      ],
      [
        'matched by `userName` or by mail',
        (_, steps) =>
          ['userName%20eq', 'emails%5Btype%20eq%20%22work%22%5D.value%20eq'].every((filter) =>
            steps.some(({ path }) => path.includes(filter)),
          ),
      ],
      ['up to 25 requests a second', () => readFileSync(PACE_TEST, 'utf8').includes('const PER_SECOND = 25\n')],
      ['A cycle every 40 minutes', ({ everyMinutes }) => everyMinutes === 40],
      [
        'tried again after 6, 12 and 24 hours, then once a day',
        ({ retriesAfter, retriesRefused }) => retriesRefused && retriesAfter.join() === hours(6, 12, 24).join(),
      ],
      ['sent `active: false`', ({ leavesBy }) => leavesBy === 'switch'],
      ['down to one cycle a day', ({ quarantine }) => quarantine?.everyMinutes === 24 * 60],
      ['switches it off after four weeks of that', ({ quarantine }) => quarantine?.stopsAfterDays === 28],
      [
        'more than 40 % of 5,000 changes or more, or 40,000 in all',
        ({ quarantine }) => quarantine?.share === 0.4 && quarantine.tries === 5_000 && quarantine.failures === 40_000,
      ],
      [
        'Without a flag Entra sends `Add`, `"False"` as text and people to remove as a list of values',
        (_, steps) =>
          bodiesOf(steps, 'PATCH', /./).some((body) => body.includes('"op":"Add"')) &&
          bodiesOf(steps, 'PATCH', /Users/).some((body) => body.includes('"value":"False"')) &&
          bodiesOf(steps, 'PATCH', /Groups/).some((body) => body.includes('"op":"Remove","path":"members","value":[{')),
      ],
      [
        'with `?aadOptscim062020` in the tenant URL',
        (_, steps) => steps.some(({ path }) => path.endsWith('?aadOptscim062020')),
      ],
    ],
  },
  {
    file: 'okta.md',
    provider: 'Okta',
    sends: ['userName', 'emails', 'active'],
    says: [
      ['The test asks for the first two users', (_, [first]) => first?.path === '/Users?startIndex=1&count=2'],
      [
        'It is pushed empty first, its people follow',
        (_, steps) => bodiesOf(steps, 'POST', /Groups/).some((body) => body.includes('"members":[]')),
      ],
      [
        'is sent `active: false` and leaves; Okta never deletes a user',
        ({ leavesBy }, steps) => leavesBy === 'switch' && !steps.some(({ method }) => method === 'DELETE'),
      ],
      [
        'sends everything by `PUT`, one of the catalogue switches people and changes groups by `PATCH`',
        (_, steps) =>
          bodiesOf(steps, 'PUT', /Users/).some((body) => body.includes('"active":false')) &&
          bodiesOf(steps, 'PATCH', /Users/).some((body) => body.includes('"active":false')) &&
          bodiesOf(steps, 'PATCH', /Groups/).length > 0,
      ],
      ['After 429 Okta goes on at the time that `Retry-After` names', ({ after429 }) => after429 === 'all wait'],
      [
        'What failed otherwise it does not send again by itself',
        ({ retriesAfter, retriesRefused }) => retriesAfter.length === 0 && !retriesRefused,
      ],
    ],
  },
  {
    file: 'authentik.md',
    provider: 'authentik',
    sends: [],
    says: [
      ['everything again every four hours', ({ everyMinutes }) => everyMinutes === 4 * 60],
      [
        'cut into pieces of 1,000 people, as `bulk.maxOperations` of `/ServiceProviderConfig` says',
        (_, [first]) =>
          first?.path === '/ServiceProviderConfig' && serviceProviderConfig('').bulk.maxOperations === 1_000,
      ],
      [
        'the group is read back and compared',
        ({ readsGroup }, steps) =>
          readsGroup === true && steps.some(({ method, path }) => method === 'GET' && path === '/Groups/$group'),
      ],
      [
        'Releases since July 2026 take people out by filter, earlier ones by value',
        (_, steps) =>
          bodiesOf(steps, 'PATCH', /Groups/).some((body) => body.includes('members[value eq')) &&
          bodiesOf(steps, 'PATCH', /Groups/).some((body) => body.includes('"op":"remove","path":"members","value":[{')),
      ],
      [
        'A user or group that is there already (409) is found and adopted',
        ({ looksFirst }, steps) => {
          const at = steps.findIndex(({ status }) => status === 409)
          return !looksFirst && at > 0 && steps[at + 1]?.path.startsWith('/Users?filter=') === true
        },
      ],
      [
        'What fails, 429 and 503 among it, is tried again soon, and with the next full synchronisation at the latest',
        ({ retriesAfter, retriesRefused, everyMinutes }) =>
          retriesRefused && retriesAfter[0] === 1 && retriesAfter.at(-1) === everyMinutes,
      ],
    ],
  },
  {
    file: 'jumpcloud.md',
    provider: 'JumpCloud',
    sends: ['emails'],
    says: [
      [
        'The test makes a user and a group and deletes both',
        (_, steps) =>
          steps
            .slice(0, 4)
            .map(({ method, path }) => `${method} ${path.split('/')[1] ?? ''}`)
            .join() === 'POST Users,POST Groups,DELETE Groups,DELETE Users',
      ],
      ['Changes come within minutes', ({ everyMinutes }) => everyMinutes > 1 && everyMinutes < 60],
      [
        'now and then the same one again, which changes nothing',
        (_, steps) => {
          const sent = bodiesOf(steps, 'PATCH', /Groups/)
          return new Set(sent).size < sent.length
        },
      ],
      ['its people are switched off one by one', ({ leavesBy }) => leavesBy === 'switch'],
    ],
  },
  {
    file: 'onelogin.md',
    provider: 'OneLogin',
    sends: ['emails'],
    says: [
      ['OneLogin goes by groups that are here already', ({ pushesGroups }) => !pushesGroups],
      ['Changes come within a minute', ({ everyMinutes }) => everyMinutes === 1],
      [
        'OneLogin changes users by `PUT`, with the schemas of an early draft of SCIM',
        ({ changesBy }, steps) =>
          changesBy === 'PUT' &&
          bodiesOf(steps, 'PUT', /Users/).some((body) => body.includes('urn:scim:schemas:core:2.0')),
      ],
      [
        'each group by a `PATCH` of its own that adds one person',
        (_, steps) =>
          bodiesOf(steps, 'PATCH', /Groups/).some((body) =>
            /"op":"add","path":"members","value":\[\{"value":"\$\w+"\}\]/.test(body),
          ),
      ],
      [
        'Connectors of the *Core Schema* send members without operations',
        (_, steps) =>
          bodiesOf(steps, 'PATCH', /Groups/).some((body) => body.includes('"members"') && !body.includes('Operations')),
      ],
    ],
  },
  {
    file: 'google-workspace.md',
    provider: 'Google Workspace',
    sends: ['userName'],
    says: [
      ['and no groups. So the group is made here, once', ({ pushesGroups }) => !pushesGroups],
      ['Its requests are `application/json`', (_, steps) => steps.every(({ type }) => type === 'application/json')],
      ['synchronises every few hours', ({ everyMinutes }) => everyMinutes > 60 && everyMinutes < 6 * 60],
      [
        '*suspend* at once, *delete* after some days. In both cases the person leaves the roster',
        ({ leavesBy }, steps) =>
          leavesBy === 'switch' && steps.some(({ method, path }) => method === 'DELETE' && path.startsWith('/Users')),
      ],
      [
        'comes back to the same groups when the suspension ends',
        (_, steps) => bodiesOf(steps, 'PATCH', /Users/).some((body) => body.includes('"value":true')),
      ],
    ],
  },
]

const stepsOf = (provider: string) =>
  DIALECTS.filter(({ name }) => name.startsWith(provider)).flatMap(({ steps }) => steps)
const habitsOf = (provider: string) => DOUBLES.find(({ name }) => name === provider) as Habits

it('each provider that is tested has a page, and each page is one that is tested', () => {
  expect(PAGES.map(({ provider }) => provider).toSorted()).toEqual(DOUBLES.map(({ name }) => name).toSorted())
  const linked = [...overview.matchAll(/\(scim\/([\w-]+\.md)\)/g)].map(([, file]) => file ?? '')
  expect(linked.toSorted()).toEqual(PAGES.map(({ file }) => file).toSorted())
})

describe.each(PAGES)('$file', ({ file, provider, sends, says }) => {
  const page = read(`scim/${file}`)
  const [habits, steps] = [habitsOf(provider), stepsOf(provider)]

  it('names the address, the scope and the setting that are there', () => {
    const addresses = [...page.matchAll(/https:\/\/flightroster\.example([\w/.-]*)/g)].map(([, path]) => path)
    expect(addresses.length).toBeGreaterThan(0)
    for (const path of addresses) expect(path).toMatch(new RegExp(`^${SCIM_ROOT}(/(Users|Groups))?$`))
    expect(page).toContain('the scope `scim`')
    expect(page).toContain('`"scimGroup": "Beta testers"`')
  })

  it('says of attributes what its requests have, and where the address is taken from', () => {
    for (const name of sends) {
      expect([name, page]).toEqual([name, expect.stringMatching(new RegExp(`${name}|e-mail`))])
      expect([name, JSON.stringify(steps)]).toEqual([name, expect.stringContaining(`"${name}"`)])
    }
    const user = steps.find(({ method, path }) => method === 'POST' && path.startsWith('/Users'))?.body as object
    expect(toUserDraft({ ...user }, undefined).profile.email).toMatch(/^\w+@\w+\.example\.com$/)
    const named = [...page.matchAll(/`?emailAttribute`?"?: "((?:[^"\\]|\\.)+)"/g)].map(
      ([, text]) => JSON.parse(`"${text ?? ''}"`) as string,
    )
    const mapped = named.length > 0 ? named : page.includes('nickName') ? ['nickName'] : []
    expect(mapped.length).toBe(provider === 'Google Workspace' ? 0 : 1)
    for (const attribute of mapped) {
      expect([attribute, isScimAttribute(attribute)]).toEqual([attribute, true])
      const sent =
        attribute === 'nickName'
          ? { ...user, nickName: 'ann@icloud.com' }
          : { ...user, emails: [...(user as { emails: object[] }).emails, { type: 'other', value: 'ann@icloud.com' }] }
      expect(toUserDraft(sent, attribute).profile.email).toBe('ann@icloud.com')
    }
  })

  it.each(says)('says “%s”, and is tested so', (phrase, isSo) => {
    expect(page).toContain(phrase)
    expect(isSo(habits, steps)).toBe(true)
  })

  it('has no number of minutes, hours, days or requests that is not tested', () => {
    const bound = says.reduce((text, [phrase]) => text.replaceAll(phrase, ''), page).replaceAll(/\b[45]\d\d\b/g, '')
    const left =
      bound.match(
        /\b(?:[\d,]+|two|three|four|six|thirty|forty)\b[^.]{0,12}\b(?:minutes?|hours?|days?|weeks?|people|users|requests?)\b/gi,
      ) ?? []
    // What Microsoft does thirty days later is a request of its own: it is among those of its cycle (entra.redis.test.ts).
    expect(left.filter((one) => !one.startsWith('Thirty days'))).toEqual([])
  })

  it('is as much assumed as docs/scim.md says', () => {
    const row = overview.split('\n').find((line) => line.startsWith(`| ${provider} |`)) ?? ''
    const told = row.split('|').at(-2) ?? ''
    const assumed = Object.entries(ASSUMPTIONS)
      .filter(([, words]) => told.includes(words))
      .map(([key]) => key)
    expect(assumed.toSorted()).toEqual([...habits.assumed].toSorted())
    if (habits.assumed.length === 0) expect(told.trim()).toBe('nothing')
  })
})
