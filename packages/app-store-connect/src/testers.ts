import { emailKey } from './address.ts'
import { isAppleError } from './apple-error.ts'
import { unreadable } from './classify.ts'
import type { z } from 'zod'
import { list, PAGE_SIZE, readPage, type Caller, type Collection, type Page } from './paginate.ts'
import { createdDocument, pageOf, readJson, readStatus, testerDocument, testerResource, Unfit } from './shapes.ts'
import { encodeValue, type Query } from './target.ts'
import type { Device, GroupTesterRow, InviteType, NewTester, TesterListing, TesterRow, TesterState } from './types.ts'

const FIELDS = ['email', 'firstName', 'lastName', 'state']
const DEVICE_FIELDS = ['inviteType', 'appDevices']
const MAX_ADDRESSES = 100
const MAX_URL_BYTES = 6_000
/** Host, path and the other parameters of a search by address. */
const URL_REST_BYTES = 500

const nothing = readStatus(new Map([[204, true]]))
const removal = readStatus<'done' | 'started'>(new Map([[204, 'done'] as const, [202, 'started'] as const]))

type ToState = (state: string | null | undefined) => TesterState

/** Calls about betaTesters. `toState` maps Apple's state and reports those that are new. */
export function createTesterCalls(caller: Caller, toState: ToState) {
  const toTester = ({ id, attributes }: z.output<typeof testerResource>): TesterRow => ({
    id,
    email: attributes?.email ?? null,
    firstName: attributes?.firstName ?? null,
    lastName: attributes?.lastName ?? null,
    state: toState(attributes?.state),
  })
  const collection = (path: string, query: Query, id?: string): Collection<typeof testerResource, TesterRow> => ({
    path,
    ...(id === undefined ? {} : { id }),
    query: { ...query, 'fields[betaTesters]': FIELDS, limit: PAGE_SIZE },
    row: testerResource,
    toRow: toTester,
  })

  async function findByAddress(filter: Query, emails: readonly string[]): Promise<TesterRow[]> {
    const wanted = new Map(emails.map((email) => [emailKey(email), email]))
    const found = new Map<string, TesterRow>()
    for (const chunk of chunkAddresses([...wanted.values()])) {
      const asked = collection('/v1/betaTesters', { ...filter, 'filter[email]': chunk })
      const { rows, finished, total } = await list(caller, asked)
      // Fewer than Apple counts: who is missing here is not known to be missing there.
      if (!finished || (total !== null && rows.length < total)) {
        throw unreadable({ method: 'GET', path: asked.path }, 200, 'fewer rows than the total')
      }
      // Apple's filter is fuzzy: it also finds addresses that merely resemble the one asked for.
      for (const row of rows) if (row.email !== null && wanted.has(emailKey(row.email))) found.set(row.id, row)
    }
    return [...found.values()]
  }

  function countTesters(filter: Query): Promise<number | null> {
    const read = readJson(pageOf(testerResource), ({ meta }) => meta?.paging?.total ?? null)
    const query = { ...filter, 'fields[betaTesters]': ['state'], limit: 1 }
    return caller.call({ method: 'GET', path: '/v1/betaTesters', query, read })
  }

  return {
    async countGroupTesters(groupId: string): Promise<number | null> {
      const read = readJson(pageOf(testerResource), ({ meta }) => meta?.paging?.total ?? null)
      const query = { 'fields[betaTesters]': ['state'], limit: 1 }
      return caller.call({ method: 'GET', path: '/v1/betaGroups/{id}/betaTesters', id: groupId, query, read })
    },
    /** Testers of the app over all groups; null where Apple gives no total. */
    countAppTesters: (appId: string): Promise<number | null> => countTesters({ 'filter[apps]': appId }),
    /** Testers who came by a public link; null where Apple gives no total, or takes no such filter. */
    async countPublicTesters(appId: string): Promise<number | null> {
      return countTesters({ 'filter[apps]': appId, 'filter[inviteType]': 'PUBLIC_LINK' }).catch((error: unknown) => {
        if (isAppleError(error, 'apple_request_invalid')) return null
        throw error
      })
    },
    /** Testers who are in one of these groups at least; null where Apple gives no total. */
    countGroupedTesters: (groupIds: readonly string[]): Promise<number | null> =>
      countTesters({ 'filter[betaGroups]': [...groupIds] }),
    /** A page of the group: the first where `next` is null. Whether the pages are a whole is for the reader to judge. */
    readGroupPage(groupId: string, next: string | null, withDevices: boolean): Promise<Page<GroupTesterRow>> {
      const asked = collection('/v1/betaGroups/{id}/betaTesters', {}, groupId)
      const fields = withDevices ? [...FIELDS, ...DEVICE_FIELDS] : FIELDS
      const query = { ...asked.query, 'fields[betaTesters]': fields }
      const toRow = ({ id, attributes }: z.output<typeof testerResource>): GroupTesterRow => ({
        id,
        email: attributes?.email ?? null,
        firstName: attributes?.firstName ?? null,
        lastName: attributes?.lastName ?? null,
        state: toState(attributes?.state),
        inviteType: toInviteType(attributes?.inviteType),
        devices: toDevices(attributes?.appDevices),
      })
      return readPage(caller, { ...asked, query, toRow }, next)
    },
    listGroupTesters: (groupId: string): Promise<TesterListing> =>
      listTesters(caller, collection('/v1/betaGroups/{id}/betaTesters', {}, groupId)),
    listAppTesters: (appId: string): Promise<TesterListing> =>
      listTesters(caller, collection('/v1/betaTesters', { 'filter[apps]': appId })),
    findTesters: ({ appId, emails }: { appId: string; emails: readonly string[] }) =>
      findByAddress({ 'filter[apps]': appId }, emails),
    /** Over every app of the account: records may belong to the team, and the filter by app need not show one. */
    findAccountTesters: ({ emails }: { emails: readonly string[] }) => findByAddress({}, emails),
    /** The membership read: who of these is in the group. Apple refuses this filter together with the one by app. */
    findGroupMembers: ({ groupId, emails }: { groupId: string; emails: readonly string[] }) =>
      findByAddress({ 'filter[betaGroups]': groupId }, emails),

    /** Throws apple_answer_unreadable where the answer names no tester, or another address: success is read, not assumed. */
    async createTester(tester: NewTester): Promise<TesterRow> {
      const read = readJson(testerDocument, ({ data }) => {
        const row = toTester(data)
        // Apple's schema lets every attribute be absent: the id of what was created is enough, another address is not.
        if (row.email !== null && emailKey(row.email) !== emailKey(tester.email)) throw new Unfit('another address')
        return { ...row, email: row.email ?? tester.email }
      })
      return caller.call({ method: 'POST', path: '/v1/betaTesters', body: newTesterBody(tester), read })
    },
    async addTesters(groupId: string, testerIds: readonly string[]): Promise<void> {
      if (testerIds.length === 0) return
      const path = '/v1/betaGroups/{id}/relationships/betaTesters'
      await caller.call({ method: 'POST', path, id: groupId, body: linkages(testerIds), read: nothing })
    },
    async removeTesters(groupId: string, testerIds: readonly string[]): Promise<void> {
      if (testerIds.length === 0) return
      const path = '/v1/betaGroups/{id}/relationships/betaTesters'
      await caller.call({ method: 'DELETE', path, id: groupId, body: linkages(testerIds), read: nothing })
    },
    /** Out of the app with all its groups and builds. `started`: Apple goes on by itself (202); read until they are gone. */
    async removeFromApp(appId: string, testerIds: readonly string[]): Promise<'done' | 'started'> {
      if (testerIds.length === 0) return 'done'
      const path = '/v1/apps/{id}/relationships/betaTesters'
      return caller.call({ method: 'DELETE', path, id: appId, body: linkages(testerIds), read: removal })
    },
    /** Sends one more mail. Throws build_missing; apple_refused with appleCode …ALREADY_ACCEPTED. */
    async invite(appId: string, testerId: string): Promise<void> {
      const body = {
        data: {
          type: 'betaTesterInvitations',
          relationships: {
            app: { data: { type: 'apps', id: appId } },
            betaTester: { data: { type: 'betaTesters', id: testerId } },
          },
        },
      }
      const read = readJson(createdDocument, () => true)
      await caller.call({ method: 'POST', path: '/v1/betaTesterInvitations', body, read })
    },
  }
}

/** More than anybody has, and longer than any is called: what is kept of a tester stays small. */
const MOST_DEVICES = 20
const LONGEST_WORD = 64

const toInviteType = (value: unknown): InviteType | null =>
  value === 'EMAIL' || value === 'PUBLIC_LINK' ? value : null

/** Of ten thousand rows of a group: a schema would be half of what reading them costs. */
function toDevices(value: unknown): Device[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return []
  return value.slice(0, MOST_DEVICES).map((device) => ({
    model: toWord(device['model']),
    platform: toWord(device['platform']),
    osVersion: toWord(device['osVersion']),
    build: toWord(device['appBuildVersion']),
  }))
}

const toWord = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_WORD) : null

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function listTesters(
  caller: Caller,
  collection: Collection<typeof testerResource, TesterRow>,
): Promise<TesterListing> {
  const { rows, finished, distinct, total } = await list(caller, collection)
  const ended = finished && distinct
  return { testers: rows, complete: ended && total === rows.length, total, ended }
}

/**
 * So many at a time that the URL stays short enough for every proxy on the way.
 * @internal
 */
export function chunkAddresses(emails: readonly string[]): string[][] {
  const chunks: string[][] = []
  let chunk: string[] = []
  let bytes = URL_REST_BYTES
  for (const email of emails) {
    const size = encodeValue(email).length + 1
    if (chunk.length > 0 && (chunk.length === MAX_ADDRESSES || bytes + size > MAX_URL_BYTES)) {
      chunks.push(chunk)
      chunk = []
      bytes = URL_REST_BYTES
    }
    chunk.push(email)
    bytes += size
  }
  return chunk.length > 0 ? [...chunks, chunk] : chunks
}

/** Exactly one relationship kind: groups and builds together are refused, and without a group the record reaches nothing. */
function newTesterBody({ groupId, email, firstName, lastName }: NewTester) {
  return {
    data: {
      type: 'betaTesters',
      attributes: { email, ...(firstName ? { firstName } : {}), ...(lastName ? { lastName } : {}) },
      relationships: { betaGroups: { data: [{ type: 'betaGroups', id: groupId }] } },
    },
  }
}

function linkages(testerIds: readonly string[]) {
  return { data: testerIds.map((id) => ({ type: 'betaTesters', id })) }
}
