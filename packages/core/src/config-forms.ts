/**
 * The forms that variables of the environment have. Its description is what a fault says is expected, the messages are its problems; neither
 * may repeat a value, which may be a secret.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'
import type { DashboardUser } from './domain/dashboard-user.ts'
import { isScimAttribute } from './domain/scim.ts'
import { isPasswordHash } from './secrets/password.ts'
import { parseRedisUrl } from './store/connection/redis-url.ts'

const MIN_ADMIN_TOKEN_LENGTH = 16

export const text = z.string()

export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'it is not a whole number')
    .transform(Number)
    .pipe(z.number().min(min, 'it is too small').max(max, 'it is too large'))
    .describe(`a whole number from ${min} to ${max}`)

export const oneOf = <const T extends string>(...values: T[]) =>
  z.enum(values, 'it is none of them').describe(`one of ${values.join(', ')}`)

export const flag = z
  .enum(['true', 'false'], 'it is neither')
  .transform((value) => value === 'true')
  .describe('true or false')

/** OpenTelemetry reads its switches in any case. */
export const otelFlag = z.string().toLowerCase().pipe(flag).describe('true or false')

const urlOf = (one: string, other: string) =>
  z
    .string()
    .refine((value) => URL.canParse(value), { error: 'it is not a URL', abort: true })
    .refine(
      (value) => [`${one}:`, `${other}:`].includes(new URL(value).protocol),
      `its scheme is neither ${one} nor ${other}`,
    )

/** Without the slashes at its end. */
export const httpUrl = urlOf('http', 'https')
  .transform((url) => url.replace(/\/+$/, ''))
  .describe('an http or https URL')

export const smtpUrl = urlOf('smtp', 'smtps').describe('smtp://user:password@host:587 or smtps://…')

export const mailSender = text.describe('a name and an address')

export const redisUrl = parsedBy((url) => {
  parseRedisUrl(url)
  return url
}).describe('redis://host:port or another form of docs/operating.md')

export const encryptionKey = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]+={0,2}$/, 'it is not base64')
  .transform((value, context) => {
    const key = Buffer.from(value, 'base64')
    if (key.length !== 32) context.addIssue(`it holds ${key.length} bytes`)
    return key
  })
  .describe('32 bytes in base64, such as `openssl rand -base64 32` prints')

export const adminToken = z
  .string()
  // What can't stand in a header can never be sent.
  .regex(/^[\x21-\x7e]+$/, 'it holds spaces or characters outside ASCII')
  .superRefine(({ length }, context) => {
    if (length < MIN_ADMIN_TOKEN_LENGTH) context.addIssue(`it has ${length} characters`)
  })
  .describe(`a token of at least ${MIN_ADMIN_TOKEN_LENGTH} characters`)

export const scimAttribute = z
  .string()
  .refine(isScimAttribute, 'it is not such a path')
  .describe('an attribute path of SCIM, such as emails[type eq "other"].value or nickName')

/** Team key ids. */
export const lanes = z
  .string()
  .transform((value) => value.split(',').map((lane) => lane.trim()))
  .pipe(z.array(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'an id is not valid')))
  .describe('team key ids, comma-separated')

export const trustProxy = parsedBy(parseTrustProxy).describe(
  'true, false, the number of proxies in front, or their addresses',
)

export const dashboardUsers = parsedBy(parseDashboardUsers).describe(
  'name:viewer|operator:hash, comma-separated; `pnpm hash-password` prints the hash',
)

/** What `parse` throws is the problem. */
function parsedBy<T>(parse: (value: string) => T) {
  return z.string().transform((value, context): T => {
    try {
      return parse(value)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : 'it is not valid')
      return z.NEVER
    }
  })
}

function parseTrustProxy(value: string): boolean | number | string {
  if (value === 'true') return true
  if (value === 'false') return false
  if (/^\d{1,2}$/.test(value)) return Number(value)
  for (const entry of value.split(',')) {
    const [address = '', bits, ...rest] = entry.trim().split('/')
    const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined
    const fits = most !== undefined && rest.length === 0
    if (!fits || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) {
      throw new Error('an entry is neither an address nor a network such as 10.0.0.0/8')
    }
  }
  return value
}

function parseDashboardUsers(value: string): DashboardUser[] {
  const users = value.split(',').map((entry, at): DashboardUser => {
    const [name, role, passwordHash, ...rest] = entry.trim().split(':')
    if (!name || !passwordHash || rest.length > 0) throw new Error(`entry ${at + 1} is not name:role:hash`)
    if (role !== 'viewer' && role !== 'operator')
      throw new Error(`entry ${at + 1} has another role than viewer or operator`)
    if (!isPasswordHash(passwordHash)) throw new Error(`the hash of entry ${at + 1} is none of "pnpm hash-password"`)
    return { name, role, passwordHash }
  })
  if (new Set(users.map((user) => user.name)).size < users.length) throw new Error('a name occurs twice')
  return users
}
