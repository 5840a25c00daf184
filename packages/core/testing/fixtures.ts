import { generateKeyPairSync } from 'node:crypto'
import type { Build } from '../src/domain/build.ts'
import type { JobPlace } from '../src/domain/change.ts'
import type { IncomingEvent } from '../src/usecases/intake/index.ts'
import { DEFAULT_POLICIES, type Roster, type TeamKey } from '../src/domain/roster.ts'

/** A fresh private key as App Store Connect gives it: P-256, PKCS#8, PEM. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const CREATED_AT = Date.parse('2026-11-24T09:00:00Z')

export function makeRoster(overrides: Partial<Roster> = {}): Roster {
  return {
    v: 1,
    id: 'gold',
    teamKey: 'acme',
    app: { id: '1234', bundleId: 'com.acme.app', name: 'Acme' },
    group: { id: 'group-gold', name: 'Gold' },
    ...DEFAULT_POLICIES,
    paused: false,
    blocked: null,
    warnings: [],
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...overrides,
  }
}

export function makeTeamKey(overrides: Partial<TeamKey> = {}): TeamKey {
  return {
    v: 1,
    id: 'acme',
    issuerId: '57246542-96fe-1a63-e053-0824d011072a',
    keyId: '2X9R4HXF34',
    sealedPrivateKey: 'v1.none.none',
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...overrides,
  }
}

/** A membership event as the API hands it on, from now, without an id; the member's address is made of the id. */
export function makeEvent(
  kind: IncomingEvent['kind'],
  member: string,
  overrides: Partial<Omit<IncomingEvent, 'kind' | 'member'>> = {},
): IncomingEvent {
  return {
    id: undefined,
    source: '/members',
    kind,
    roster: 'gold',
    member,
    email: kind === 'leave' ? null : `${member}@example.com`,
    firstName: null,
    lastName: null,
    time: undefined,
    origin: 'event',
    ...overrides,
  }
}

/** One that a group can test. */
export function makeBuild(overrides: Partial<Build> = {}): Build {
  return {
    id: 'b1',
    number: '1',
    version: '1.0',
    platform: 'IOS',
    uploadedAt: CREATED_AT,
    expiresAt: CREATED_AT + 90 * 86_400_000,
    expired: false,
    processingState: 'VALID',
    externalState: 'IN_BETA_TESTING',
    ...overrides,
  }
}

/** The place of a member for whom no job is kept. */
export const NO_JOB: JobPlace = { state: 'none', id: '' }
