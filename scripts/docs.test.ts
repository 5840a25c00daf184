import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from './lib/place.mjs'

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const unique = (names: Iterable<string>) => [...new Set(names)].sort()

const FOLDERS = /^(apps|packages|docs|scripts|e2e|bench|examples|\.ci)(\/|$)/
/** What a build or a start makes. */
const MADE = /(^|\/)(dist|node_modules|\.flightroster(-apple)?)(\/|$)/

/** Relative links, and words in backticks that look like a path of this repository. */
function pathsIn(page: string): string[] {
  const text = read(page)
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(page), target))
  const words = [...text.matchAll(/`([^`\n]+)`/g)]
    .flatMap((match) => (match[1] ?? '').split(/[\s,]+/))
    .filter((word) => FOLDERS.test(word) || /^[A-Za-z.-]+\.(md|yml|yaml|json)$/.test(word))
    .filter((word) => !/[{}*…]/.test(word))
  return unique([...links, ...words]).filter((path) => !MADE.test(path))
}

test.each(pages)('%s names only paths that exist', (page) => {
  expect(pathsIn(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('what documents quote of a page stands on one: its links and buttons are called so', () => {
  const folder = join(ROOT, 'apps/api/src/pages')
  const said = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
    .replaceAll(/\s+/g, ' ')
  // failure-modes.md quotes names of tests.
  const people = pages.filter((page) => page.startsWith('docs/') && !/failure-modes|decisions/.test(page))
  const quoted = people.flatMap((page) => {
    const quotes = read(page)
      .replaceAll(/\s+/g, ' ')
      .matchAll(/“(\p{Lu}[^”]{3,60})”/gu)
    return [...quotes].map((match) => ({ page, text: match[1] ?? '' }))
  })
  expect(quoted.length).toBeGreaterThan(10)
  expect(quoted.filter(({ text }) => !said.includes(text))).toEqual([])
})

test("the table of README.md names exactly the variables of config.ts, with config.ts's defaults", () => {
  const source = read('packages/core/src/config.ts')
  const variables = unique(
    [...source.matchAll(/(?:read\.\w+|seconds)\(\s*'([A-Z_]+)'/g)].map((match) => match[1] ?? ''),
  )
  const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)`[^|]*\| (`?)([^|`]*)\2 \|/gm)]
  expect(unique(rows.map((row) => row[1] ?? ''))).toEqual(variables)

  const defaults = [...source.matchAll(/(?:value|seconds)\('([A-Z_]+)', (?!undefined|[A-Z]+_)'?([\w.]+)'?[,)]/g)]
  expect(defaults.length).toBeGreaterThan(20)
  const documented = new Map(rows.map((row) => [row[1], row[3]]))
  for (const [, name, value] of defaults) {
    expect(`${name}: ${documented.get(name)}`).toBe(`${name}: ${value?.replaceAll('_', '')}`)
  }
})

interface Service {
  command: string | string[]
  environment: Record<string, string | number>
  image: string
  networks: string[]
  read_only: boolean
  cap_drop: string[]
  security_opt: string[]
  mem_limit: string
  user?: string
  command?: string | string[]
  ports?: string[]
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<'redis' | 'api' | 'worker' | 'emulator', Service>
  networks: Record<string, { internal?: boolean } | null>
}

test('the commands of docker-compose.yml start what the build makes', () => {
  const entries = [...read('docker-compose.yml').matchAll(/command: node (\S+)\/dist\/main\.js/g)]
  expect(entries.map((match) => match[1])).toEqual(['apps/api', 'apps/worker', 'packages/emulator'])
})

/** What docker-compose.yml decides by itself: a value of its own in place of the variable. */
const DECIDED = ['HOST', 'PORT', 'REDIS_URL', 'WORKER_PORT']

test.each(['api', 'worker'] as const)('every variable of README.md reaches %s by docker-compose.yml', (name) => {
  const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)`.*\| (both|API|worker) \|$/gm)]
  const wanted = rows
    .filter(([, , reader]) => reader === 'both' || reader?.toLowerCase() === name)
    .map(([, variable]) => variable ?? '')
  expect(wanted.length).toBeGreaterThan(15)
  const { environment } = compose.services[name]
  expect(
    Object.keys(environment)
      .filter((variable) => variable !== 'HEALTH_URL')
      .toSorted(),
  ).toEqual(wanted.toSorted())
  for (const variable of wanted.filter((one) => !DECIDED.includes(one))) {
    expect(String(environment[variable])).toMatch(new RegExp(`^\\$\\{${variable}(:-|:\\?.+)\\}$`))
  }
})

const userOfImage = /^USER (\S+)$/m.exec(read('Dockerfile'))?.[1]

test.each(Object.entries(compose.services))(
  '%s of docker-compose.yml may do no more than it must',
  (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.any(String),
      pids_limit: expect.any(Number),
    })
    // The image that is built here has a user of its own.
    expect(service.user ?? userOfImage).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    // Pinned to one release, or built here.
    expect(service.image).toMatch(/^(flightroster|[a-z]+:\d+\.\d+\.\d+-\w+)$/)
  },
)

test('docker-compose.yml starts without none of its secrets, and has no word of its own for one', () => {
  for (const secret of ['REDIS_PASSWORD', 'ADMIN_TOKEN', 'ENCRYPTION_KEY']) {
    const asked = [...read('docker-compose.yml').matchAll(new RegExp(`\\$\\{${secret}([^A-Z_].)`, 'g'))]
    expect(asked.map((match) => [secret, match[1]])).toEqual(asked.map(() => [secret, ':?']))
    expect(asked.length).toBeGreaterThan(0)
  }
  for (const name of ['api', 'worker'] as const) {
    const url = String(compose.services[name].environment['REDIS_URL'])
    expect(url).toMatch(/^redis:\/\/:\$\{REDIS_PASSWORD:\?[^}]+\}@redis:6379$/)
  }
  // The one that the server asks for, by its standard input: `redis-server -`.
  const { command, environment } = compose.services.redis
  expect([command].flat().at(-1)).toMatch(/^exec redis-server - [^\n]+ <<END\nrequirepass \$\$REDIS_PASSWORD\nEND\n$/)
  expect(environment['REDIS_PASSWORD']).toMatch(/^\$\{REDIS_PASSWORD:\?/)
})

test('only API and worker reach the Redis of docker-compose.yml, which has no port and no way out', () => {
  const { services, networks } = compose
  expect(services.redis.networks).toEqual(['store'])
  expect(services.redis.ports).toBeUndefined()
  expect(networks['store']).toEqual({ internal: true })
  expect(services.emulator.networks).not.toContain('store')
})
