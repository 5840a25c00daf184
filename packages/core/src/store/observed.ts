import { NOTHING_OBSERVED, type Observed, type TesterState } from '../domain/member.ts'
import type { MemberStatus } from '../domain/member.ts'

/**
 * Observed as it is kept: one letter a field, and nothing that is as in NOTHING_OBSERVED. There is one for every member, and
 * the long words would be most of it.
 */
interface Kept {
  v: 2
  /** converged */
  c?: number
  /** email */
  e?: string
  /** state */
  s?: TesterState
  /** observedAt */
  a?: number
  /** confirmed */
  k?: 1
  /** writing */
  w?: Observed['writing']
  /** leaving */
  l?: string[]
  /** invite */
  i?: 1
  /** revived */
  r?: number
  /** settledState */
  t?: 1
  /** problem */
  p?: Observed['problem']
  /** told: status, sequence, problem */
  u?: [MemberStatus, number, NonNullable<Observed['told']>['problem']?]
}

export function formatObserved(observed: Observed): string {
  const { told } = observed
  const kept: Kept = {
    v: 2,
    ...(observed.converged ? { c: observed.converged } : {}),
    ...(observed.email === null ? {} : { e: observed.email }),
    ...(observed.state === null ? {} : { s: observed.state }),
    ...(observed.observedAt === null ? {} : { a: observed.observedAt }),
    ...(observed.confirmed ? { k: 1 } : {}),
    ...(observed.writing ? { w: observed.writing } : {}),
    ...(observed.leaving.length > 0 ? { l: observed.leaving } : {}),
    ...(observed.invite ? { i: 1 } : {}),
    ...(observed.revived ? { r: observed.revived } : {}),
    ...(observed.settledState ? { t: 1 } : {}),
    ...(observed.problem ? { p: observed.problem } : {}),
    ...(told ? { u: told.problem ? [told.status, told.sequence, told.problem] : [told.status, told.sequence] } : {}),
  }
  return JSON.stringify(kept)
}

/** Reads the version before too, which spelled every field out. */
export function parseObserved(json: string): Observed {
  const kept = JSON.parse(json) as Kept | Observed
  if (kept.v === 1) return { ...NOTHING_OBSERVED, ...kept }
  return {
    v: 1,
    converged: kept.c ?? 0,
    email: kept.e ?? null,
    state: kept.s ?? null,
    observedAt: kept.a ?? null,
    confirmed: kept.k === 1,
    writing: kept.w ?? null,
    leaving: kept.l ?? [],
    invite: kept.i === 1,
    revived: kept.r ?? 0,
    settledState: kept.t === 1,
    problem: kept.p ?? null,
    told: kept.u ? { status: kept.u[0], sequence: kept.u[1], problem: kept.u[2] ?? null } : null,
  }
}
