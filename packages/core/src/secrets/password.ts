import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** About a quarter of a second on one core and 32 MB: what OWASP names for scrypt. */
const COST = { N: 32_768, r: 8, p: 3 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const MAX_MEMORY = 256 * 1024 * 1024

interface ParsedHash {
  N: number
  r: number
  p: number
  salt: Buffer
  hash: Buffer
}

/**
 * Whether a text is a hash as `pnpm hash-password` writes it (scripts/lib/password-hash.mjs): `scrypt.N.r.p.salt.hash`. No comma or colon,
 * which separate users, and no dollar, which shells and Compose files read.
 */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined
}

/** Checks passwords one after the other: a check is dear, and a flood of them may not take the processor from everybody else. */
export interface PasswordCheck {
  /**
   * `turn`: who is asking. Undefined: the same sender, or those near it, have too many in the line already, or everybody has. Takes as
   * long for a user who does not exist (`hash` undefined).
   */
  verify(password: string, hash: string | undefined, turn?: Turn): Promise<boolean | undefined>
}

/** Who asks for a check, which decides how long it waits. */
export interface Turn {
  /**
   * The sender, behind the networks that it is in, the widest first. Networks take turns, and in each the senders do: whoever sends
   * many, or has very many networks, waits behind whoever sends one.
   */
  from: readonly string[]
  /** Known senders go before all others. */
  isKnown: boolean
}

interface Limits {
  /** Waiting at once, of one sender. */
  perSender: number
  /** Of each network of a turn, the widest first. */
  perNetwork: readonly number[]
  /** Of all; whose widest network has nobody in the line finds room beyond that. */
  all: number
  /** Widest networks. */
  networks: number
}

const LIMITS: Limits = { perSender: 10, perNetwork: [400, 160], all: 5_000, networks: 500 }

/** One at a time: a rush of logins takes one core at most, and the event loop none. */
export function createPasswordCheck(limits: Limits = LIMITS): PasswordCheck {
  const nobody: ParsedHash = { ...COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }
  const lines = { known: createLine(limits), others: createLine(limits) }
  let isBusy = false
  const next = () => {
    const work = lines.known.take() ?? lines.others.take()
    isBusy = work !== undefined
    void work?.().finally(next)
  }
  return {
    verify(password, hash, { from, isKnown } = { from: [''], isKnown: false }) {
      const line = isKnown ? lines.known : lines.others
      if (!line.hasRoom(from)) return Promise.resolve(undefined)
      const parsed = (hash === undefined ? undefined : parseHash(hash)) ?? nobody
      return new Promise((resolve, reject) => {
        line.add(from, () => compare(password, parsed).then(resolve, reject))
        if (!isBusy) next()
      })
    },
  }
}

type Work = () => Promise<void>

/** All, a network, or a sender. */
interface Group {
  count: number
  /** Of a sender. */
  work: Work[]
  /** By whose turn is next. */
  parts: Map<string, Group>
}

const newGroup = (): Group => ({ count: 0, work: [], parts: new Map() })

/** Work by network and sender, one of each in turn. */
function createLine({ perSender, perNetwork, all, networks }: Limits) {
  const root = newGroup()
  return {
    hasRoom(from: readonly string[]): boolean {
      const [widest] = from
      if (!root.parts.has(widest ?? '')) return root.parts.size < networks
      if (root.count >= all) return false
      let group: Group | undefined = root
      return from.every((name, at) => {
        group = group?.parts.get(name)
        const most = at === from.length - 1 ? perSender : (perNetwork[at] ?? Infinity)
        return (group?.count ?? 0) < most
      })
    },
    add(from: readonly string[], work: Work) {
      let group = root
      group.count++
      for (const name of from) {
        const part = group.parts.get(name) ?? newGroup()
        group.parts.set(name, part)
        part.count++
        group = part
      }
      group.work.push(work)
    },
    take: () => take(root),
  }
}

function take(group: Group): Work | undefined {
  const [first] = group.parts
  const work = first ? take(first[1]) : group.work.shift()
  if (work) group.count--
  if (first) {
    const [name, part] = first
    // Behind all others.
    group.parts.delete(name)
    if (part.count > 0) group.parts.set(name, part)
  }
  return work
}

async function compare(password: string, parsed: ParsedHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, parsed), parsed.hash)
}

function derive(password: string, { N, r, p, salt, hash }: ParsedHash): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Two ways to type the same letter are the same password.
    scrypt(password.normalize('NFKC'), salt, hash.length, { N, r, p, maxmem: MAX_MEMORY }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function parseHash(text: string): ParsedHash | undefined {
  const match = /^scrypt\.(\d{4,7})\.(\d{1,2})\.(\d{1,2})\.([\w-]{16,88})\.([\w-]{22,88})$/.exec(text)
  if (!match) return undefined
  const [N = 0, r = 0, p = 0] = match.slice(1, 4).map(Number)
  const isPowerOfTwo = (N & (N - 1)) === 0
  if (!isPowerOfTwo || r < 1 || p < 1 || 128 * N * r * 2 > MAX_MEMORY) return undefined
  return { N, r, p, salt: Buffer.from(match[4] ?? '', 'base64url'), hash: Buffer.from(match[5] ?? '', 'base64url') }
}
