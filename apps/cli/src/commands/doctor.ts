import { FlightrosterError, type Flightroster } from '@flightroster/client'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { explain } from '../explain.ts'
import type { Bind } from '../program.ts'
import { printFindings, type Finding } from '../terminal/findings.ts'
import { VERSION } from '../version.ts'

const CLOCK_SECONDS = 30
const TIMEOUT_MS = 10_000
/** The contract that this command line speaks; it grows and never breaks within it. */
const API_MAJOR = '1'

interface DoctorOptions {
  publicUrl?: string
  keys: boolean
}

/** `flightroster doctor`. */
export function addDoctor(program: Command, bind: Bind): void {
  program
    .command('doctor')
    .description(
      'checks versions, server, Redis, clock, token, keys, agreements and PUBLIC_URL; ends with 1 where something is wrong',
    )
    .option('--public-url <url>', "the server's PUBLIC_URL, where no source tells it")
    .option('--no-keys', 'leaves the team keys out; each check asks App Store Connect a few times')
    .addHelpText(
      'after',
      '\nExamples:\n  $ flightroster doctor\n  $ flightroster doctor --public-url https://beta.example.com --json\n',
    )
    .action(bind(doctor))
}

async function doctor({ client, terminal, signal, url }: Context, options: DoctorOptions): Promise<ExitCode> {
  const findings: Finding[] = [checkNode()]
  const base = url.replace(/\/+$/, '')
  const health = await request(`${base}/healthz`, signal)
  findings.push(checkAnswer(base, health))
  if (health.response?.ok) {
    findings.push(
      checkClock(health.response, health.at),
      checkVersion(await request(`${base}/openapi.json`, signal)),
      checkStore(await request(`${base}/readyz`, signal)),
      await checkToken(client),
    )
    if (options.keys) findings.push(...(await checkKeys(client)))
    findings.push(await checkPublicUrl(options.publicUrl ?? (await findPublicUrl(client)), signal))
  }
  signal.throwIfAborted()
  printFindings(terminal, findings)
  terminal.printJson({ findings })
  return findings.some(({ ok }) => ok === false) ? EXIT.failed : EXIT.done
}

interface Asked {
  response?: Response
  body?: unknown
  error?: string
  at: number
}

async function request(address: string, signal: AbortSignal): Promise<Asked> {
  try {
    const response = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
    const text = await response.text()
    return { response, body: parse(text), at: Date.now() }
  } catch (error) {
    signal.throwIfAborted()
    const { message, cause } = error as Error & { cause?: { message?: string } }
    return { error: cause?.message || message, at: Date.now() }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const good = (check: string, detail: string): Finding => ({ check, ok: true, detail, action: null })
const bad = (check: string, detail: string, action: string): Finding => ({ check, ok: false, detail, action })
const unknown = (check: string, detail: string, action: string): Finding => ({ check, ok: null, detail, action })

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const detail = `Node ${process.versions.node}, flightroster ${VERSION}`
  const isEnough = major > 20 || (major === 20 && minor >= 19)
  return isEnough ? good('versions here', detail) : bad('versions here', detail, 'Install Node 20.19 or newer.')
}

function checkAnswer(base: string, { response, body, error }: Asked): Finding {
  if (response?.ok && (body as { status?: string } | undefined)?.status === 'ok')
    return good('server', `${base} answers.`)
  const why = error ?? (response?.ok ? 'something that is not Flightroster' : `status ${response?.status}`)
  return bad('server', `${base} does not answer as it should: ${why}`, 'Check FLIGHTROSTER_URL, and that the API runs.')
}

/** The server tells its time to the second. */
function checkClock({ headers }: Response, at: number): Finding {
  const theirs = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(theirs))
    return unknown('clock', 'The server does not tell its time.', 'A proxy may leave out the header Date.')
  const seconds = Math.round(Math.abs(at - theirs) / 1_000)
  if (seconds <= CLOCK_SECONDS) return good('clock', `The clocks here and on the server agree (${seconds} s).`)
  const detail = `The clocks here and on the server are ${seconds} s apart.`
  return bad('clock', detail, 'Set both by NTP: events and signatures of callbacks are judged by their time.')
}

function checkVersion({ body }: Asked): Finding {
  const version = (body as { info?: { version?: string } } | undefined)?.info?.version
  if (!version)
    return unknown('version of the API', 'The server does not tell it.', 'Does a proxy block /openapi.json?')
  if (version.split('.')[0] === API_MAJOR)
    return good('version of the API', `${version}, which this command line speaks.`)
  return bad(
    'version of the API',
    `${version}; this command line speaks ${API_MAJOR}.`,
    'Use the flightroster of the same release.',
  )
}

/** What the API judges of its Redis: reachable, writable, and with a policy that drops nothing. */
function checkStore({ response, body, error }: Asked): Finding {
  const detail = (body as { detail?: string } | undefined)?.detail ?? error ?? `status ${response?.status}`
  if (response?.ok) return good('Redis', detail)
  return bad('Redis', detail, 'Fix it on the server: docs/operating.md, "Redis".')
}

async function checkToken(client: Flightroster): Promise<Finding> {
  try {
    await client.listTokens({ limit: 1 })
    return good('token', 'It may do everything.')
  } catch (error) {
    const { sentence, action, code } = explain(error)
    if (code === 'scope_missing')
      return good('token', 'It is known, and does not have the scope admin: keys and sources cannot be checked.')
    return bad('token', sentence, action ?? 'Check FLIGHTROSTER_TOKEN.')
  }
}

/** Every step of every key, agreements among them. */
async function checkKeys(client: Flightroster): Promise<Finding[]> {
  const findings: Finding[] = []
  try {
    for await (const { id } of client.all.listTeamKeys()) {
      const answer = await client.checkTeamKey({ teamKeyId: id })
      findings.push(
        ...answer.findings.map((finding) => ({ ...finding, check: `${id}, ${finding.check.replaceAll('_', ' ')}` })),
      )
    }
    if (findings.length > 0) return findings
    return [
      unknown('team keys', 'There is none yet.', 'flightroster keys add ID --issuer-id … --key-file AuthKey_….p8'),
    ]
  } catch (error) {
    if (!(error instanceof FlightrosterError)) throw error
    const { sentence, action } = explain(error)
    return [...findings, unknown('team keys', sentence, action ?? 'Use a token with the scope admin.')]
  }
}

/** A source tells the address that is to be pasted, which begins with PUBLIC_URL. */
async function findPublicUrl(client: Flightroster): Promise<string | undefined> {
  try {
    const { items } = await client.listSources({ limit: 1 })
    return items[0]?.url.replace(/\/v1\/sources\/[^/]*\/receive$/, '')
  } catch {
    return undefined
  }
}

const LOCAL =
  /^(localhost|.*\.local|.*\.internal|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|169\.254\..*|\[.*\])$/

async function checkPublicUrl(publicUrl: string | undefined, signal: AbortSignal): Promise<Finding> {
  const check = 'PUBLIC_URL'
  if (!publicUrl || !URL.canParse(publicUrl))
    return unknown(check, 'It is not known here.', 'Add --public-url, if the server has one.')
  const { hostname, protocol } = new URL(publicUrl)
  const { response, body, error } = await request(`${publicUrl.replace(/\/+$/, '')}/healthz`, signal)
  if ((body as { status?: string } | undefined)?.status !== 'ok') {
    const why = error ?? `status ${response?.status}`
    return bad(
      check,
      `${publicUrl} does not lead to the server (${why}).`,
      'Let the proxy in front pass it on, with its path.',
    )
  }
  if (LOCAL.test(hostname)) {
    return unknown(
      check,
      `${publicUrl} answers, and only from near by.`,
      'Apple, Stripe and the like need an address of the internet.',
    )
  }
  if (protocol !== 'https:') return bad(check, `${publicUrl} is not https.`, 'Put a proxy with a certificate in front.')
  return good(check, `${publicUrl} answers from here. Run this from another network to be sure of the rest.`)
}
