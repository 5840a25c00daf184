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
   * `turn`: who is asking. Undefined: the same sender has too many in the line already, or there are too many senders. Takes as long
   * for a user who does not exist (`hash` undefined).
   */
  verify(password: string, hash: string | undefined, turn?: Turn): Promise<boolean | undefined>
}

/** Who asks for a check, which decides how long it waits. */
export interface Turn {
  /** Senders take turns: whoever sends many waits behind whoever sends one. */
  from: string
  /** Known senders go before all others. */
  isKnown: boolean
}

interface Limits {
  /** Of one sender, waiting at once. */
  perSender: number
  senders: number
}

/** One at a time: a rush of logins takes one core at most, and the event loop none. */
export function createPasswordCheck({ perSender, senders }: Limits = { perSender: 10, senders: 500 }): PasswordCheck {
  const nobody: ParsedHash = { ...COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }
  const lines = { known: createLine(), others: createLine() }
  let isBusy = false
  const next = () => {
    const work = lines.known.take() ?? lines.others.take()
    isBusy = work !== undefined
    void work?.().finally(next)
  }
  return {
    verify(password, hash, { from, isKnown } = { from: '', isKnown: false }) {
      const line = isKnown ? lines.known : lines.others
      const inLine = line.count(from)
      if (inLine >= perSender || (inLine === 0 && line.senders() >= senders)) return Promise.resolve(undefined)
      const parsed = (hash === undefined ? undefined : parseHash(hash)) ?? nobody
      return new Promise((resolve, reject) => {
        line.add(from, () => compare(password, parsed).then(resolve, reject))
        if (!isBusy) next()
      })
    },
  }
}

/** Work by sender, one of each in turn. */
function createLine() {
  const waiting = new Map<string, (() => Promise<void>)[]>()
  return {
    count: (from: string) => waiting.get(from)?.length ?? 0,
    senders: () => waiting.size,
    add(from: string, work: () => Promise<void>) {
      waiting.set(from, [...(waiting.get(from) ?? []), work])
    },
    take(): (() => Promise<void>) | undefined {
      const [first] = waiting
      if (!first) return undefined
      const [from, [work, ...rest]] = first
      // Behind all others.
      waiting.delete(from)
      if (rest.length > 0) waiting.set(from, rest)
      return work
    },
  }
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
