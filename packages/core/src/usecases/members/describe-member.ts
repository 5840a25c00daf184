import { emailKey } from '../../domain/email.ts'
import type { Leisure } from '../../domain/leisure.ts'
import type { MemberStatus, TesterState } from '../../domain/member.ts'
import { isBuildLack, type BuildLack } from '../../domain/build.ts'
import type { Device, InviteType, Sighting, Usage } from '../../domain/usage.ts'
import type { Roster } from '../../domain/roster.ts'
import { ERROR_RULES, type ErrorCode } from '../../errors.ts'
import { readLack } from '../builds/warnings-of.ts'
import type { MemberRecord, Protection, Store } from '../../store/index.ts'

/** A member as `GET /v1/rosters/:roster/members/:id` tells it. */
export interface MemberDescription {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
  desired: 'present' | 'absent'
  status: MemberStatus
  tester: {
    id: string | null
    state: TesterState
    observedAt: number | null
    inviteType: InviteType | null
    devices: Device[]
    usage: Usage | null
  } | null
  problem: { code: ErrorCode; detail: string; action: string; retryable: boolean; at: number } | null
  /** Null: not protected. */
  protection: Protection | null
  updatedAt: number
}

export interface MembersDeps {
  store: Store
  /** False: devices and usage are not shown, though some may still be kept. */
  testerUsage?: boolean
  /** Small requests of the process go before each piece of what looks through many; absent: there are none. */
  leisure?: Pick<Leisure, 'take' | 'turn'>
}

/** Members with their testers' ids, in the order given. */
export async function describeMembers(
  deps: MembersDeps,
  roster: Roster,
  records: readonly MemberRecord[],
): Promise<MemberDescription[]> {
  const addresses = records.flatMap(({ observed }) => (observed?.email ? [emailKey(observed.email)] : []))
  const memberIds = records.map(({ id }) => id)
  const [ids, protections, figures] = await Promise.all([
    deps.store.lane(roster.teamKey).testerIds(roster.app.id, [...new Set(addresses)]),
    deps.store.lane(roster.teamKey).roster(roster.id).protections.among(memberIds),
    deps.testerUsage === false ? [] : deps.store.lane(roster.teamKey).roster(roster.id).figures.findMany(memberIds),
  ])
  const lack = records.some(({ status }) => status === 'not_invited') ? await readLack(deps.store, roster) : null
  return records.map((record, at) => ({
    ...describeMember(record, ids, lack, figures[at]),
    protection: protections.get(record.id) ?? null,
  }))
}

function describeMember(
  record: MemberRecord,
  ids: ReadonlyMap<string, string>,
  lack: BuildLack | null,
  figures: { sighting: Sighting | null; usage: Usage | null } | undefined,
): Omit<MemberDescription, 'protection'> {
  const { desired, observed } = record
  const id = observed?.email ? (ids.get(emailKey(observed.email)) ?? null) : null
  const state = observed?.state ?? null
  return {
    id: record.id,
    email: desired.email,
    firstName: desired.firstName,
    lastName: desired.lastName,
    desired: desired.present ? 'present' : 'absent',
    status: record.status,
    tester:
      state === null && id === null
        ? null
        : {
            id,
            state: state ?? 'unknown',
            observedAt: observed?.observedAt ?? null,
            inviteType: figures?.sighting?.inviteType ?? null,
            devices: figures?.sighting?.devices ?? [],
            usage: figures?.usage ?? null,
          },
    problem: problemOf(record, lack),
    updatedAt: changedAt(record),
  }
}

export const changedAt = ({ desired, observed }: Pick<MemberRecord, 'desired' | 'observed'>) =>
  Math.max(desired.at, observed?.observedAt ?? 0, observed?.problem?.at ?? 0)

export function problemOf(
  { desired, observed, status }: MemberRecord,
  lack: BuildLack | null,
): MemberDescription['problem'] {
  const known = observed?.problem
  // Of builds, the newest reading says more than what was written down at the member's last turn.
  if (status === 'not_invited' && (!known || known.at < desired.at || isBuildLack(known.code))) {
    return lack && explain({ code: lack, detail: ERROR_RULES[lack].title, at: known?.at ?? desired.at })
  }
  // A problem that is older than what is wanted now was about something else.
  if (observed?.problem && observed.problem.at >= desired.at) return explain(observed.problem)
  if (status === 'waiting' && desired.email === null) {
    return explain({ code: 'address_missing', detail: ERROR_RULES.address_missing.title, at: desired.at })
  }
  return null
}

/** Codes whose cause may go by itself, or was ours: the same change may succeed when it is tried again. */
const RETRYABLE_REJECTIONS = new Set<ErrorCode>([
  'job_parked',
  'retries_exhausted',
  'removed_by_hand',
  'testing_stopped',
])

function explain({ code, detail, at }: { code: ErrorCode; detail: string; at: number }): MemberDescription['problem'] {
  const rule = ERROR_RULES[code]
  const retryable = rule.disposition !== 'reject' || RETRYABLE_REJECTIONS.has(code)
  return { code, detail, action: rule.action, retryable, at }
}
