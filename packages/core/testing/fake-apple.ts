import {
  AppleError,
  isAppleError,
  type AppleClient,
  type AppleSession,
  type Gate,
  type TesterRow,
} from '@flightroster/app-store-connect'
import { emailKey } from '../src/domain/email.ts'

/** Apple in memory: groups of one app, its testers, and the mails that it sent. Answers at once, unless `step` holds a call up. */
export interface FakeApple {
  client: AppleClient
  /** Testers that the app has room for. */
  seats: number
  addGroup(id: string): void
  /** Apple finds a group no more, or again with all who were in it. */
  hideGroup(id: string, isHidden: boolean): void
  members(groupId: string): string[]
  /** Mails to an address, by group. */
  mails: Map<string, number>
}

interface Tester {
  id: string
  email: string
  groups: Set<string>
}

export type Step = (name: string) => Promise<void>

const QUOTA = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }

export function createFakeApple(): FakeApple & { clientOf(step: Step): AppleClient } {
  const groups = new Set<string>()
  const testers = new Map<string, Tester>()
  const mails = new Map<string, number>()
  let ids = 0

  const find = (email: string) => [...testers.values()].find((tester) => emailKey(tester.email) === emailKey(email))
  const toRow = ({ id, email }: Tester): TesterRow => ({
    id,
    email,
    firstName: null,
    lastName: null,
    state: 'invited',
  })
  const mail = (email: string, to: string) => {
    const key = `${to}\0${emailKey(email)}`
    mails.set(key, (mails.get(key) ?? 0) + 1)
  }
  const enter = (tester: Tester, groupId: string) => {
    if (tester.groups.has(groupId)) return
    tester.groups.add(groupId)
    mail(tester.email, groupId)
  }
  const get = (id: string) => {
    const tester = testers.get(id)
    if (!tester) throw new AppleError('apple_refused')
    return tester
  }
  const assertGroup = (id: string) => {
    if (!groups.has(id)) throw new AppleError('apple_not_found')
  }
  const among = (emails: readonly string[], all: Tester[]) => {
    const keys = new Set(emails.map(emailKey))
    return all.filter(({ email }) => keys.has(emailKey(email))).map(toRow)
  }

  const fake: FakeApple & { clientOf(step: Step): AppleClient } = {
    seats: Infinity,
    addGroup: (id) => void groups.add(id),
    hideGroup(id, isHidden) {
      if (isHidden) groups.delete(id)
      else groups.add(id)
    },
    members: (groupId) =>
      [...testers.values()].filter((tester) => tester.groups.has(groupId)).map((tester) => tester.email),
    mails,
    get client() {
      return fake.clientOf(async () => {})
    },
    clientOf: (step) => ({
      session: (_credentials, gate, signal) => createSession(gate, step, signal),
      clockOffsetMs: () => 0,
      close: async () => {},
    }),
  }

  function createSession(gate: Gate, step: Step, signal: AbortSignal | undefined): AppleSession {
    const call = async <T>(method: string, path: string, work: () => T): Promise<T> => {
      await gate.admit({ method, path, write: method !== 'GET' })
      await step(path)
      signal?.throwIfAborted()
      const record = { method, path, quota: QUOTA, retryAfterMs: null, durationMs: 1, at: Date.now(), serverTime: null }
      try {
        const answer = work()
        // Carried out, and not answered yet.
        await step(`${path} answer`)
        await gate.note({ ...record, status: 200, appleCode: null, code: null })
        return answer
      } catch (error) {
        const code = isAppleError(error) ? error.code : null
        await gate.note({ ...record, status: code === null ? null : 409, appleCode: null, code })
        throw error
      }
    }
    const calls: Partial<AppleSession> = {
      getGroup: (id) =>
        call('GET', '/v1/betaGroups/{id}', () => {
          assertGroup(id)
          return { id, name: id, isInternal: false, hasAccessToAllBuilds: false, appId: '1234' }
        }),
      findTesters: ({ emails }) => call('GET', '/v1/betaTesters', () => among(emails, [...testers.values()])),
      findGroupMembers: ({ groupId, emails }) =>
        call('GET', '/v1/betaTesters', () =>
          among(
            emails,
            [...testers.values()].filter(({ groups: of }) => of.has(groupId)),
          ),
        ),
      createTester: ({ groupId, email }) =>
        call('POST', '/v1/betaTesters', () => {
          assertGroup(groupId)
          if (find(email)) throw new AppleError('apple_refused')
          if (testers.size >= fake.seats) throw new AppleError('seats_full')
          const tester: Tester = { id: `t-${++ids}`, email, groups: new Set() }
          testers.set(tester.id, tester)
          enter(tester, groupId)
          return toRow(tester)
        }),
      addTesters: (groupId, testerIds) =>
        call('POST', '/v1/betaGroups/{id}/relationships/betaTesters', () => {
          assertGroup(groupId)
          for (const tester of testerIds.map(get)) enter(tester, groupId)
        }),
      removeTesters: (groupId, testerIds) =>
        call('DELETE', '/v1/betaGroups/{id}/relationships/betaTesters', () => {
          assertGroup(groupId)
          for (const tester of testerIds.map(get)) {
            tester.groups.delete(groupId)
            // Whoever is in no group any more takes no seat.
            if (tester.groups.size === 0) testers.delete(tester.id)
          }
        }),
      invite: (_appId, testerId) =>
        call('POST', '/v1/betaTesterInvitations', () => mail(get(testerId).email, 'invitation')),
      findApps: () => call('GET', '/v1/apps', () => [{ id: '1234', bundleId: 'com.acme.app', name: 'Acme' }]),
      listApps: () => call('GET', '/v1/apps', () => [{ id: '1234', bundleId: 'com.acme.app', name: 'Acme' }]),
    }
    return calls as AppleSession
  }
  return fake
}
