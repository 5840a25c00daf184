import { illegalParameter } from '../errors.ts'
import { done } from '../operation.ts'
import type { Call, Operation } from '../operation.ts'
import { removeFromApp } from '../membership.ts'
import { pageByCount, pageByPlace } from '../paging.ts'
import type { Page } from '../paging.ts'
import { findApp, findGroup } from '../resources.ts'
import { list } from '../serialize.ts'
import type { Ids, TesterRow } from '../testers.ts'
import { createOperation } from './create-tester.ts'
import { filtered, instance, pathRow, sorted, toMany } from './related.ts'
import { testerSideOperations } from './tester-side.ts'

const shape = {
  include: ['apps', 'betaGroups', 'builds'],
  fields: ['betaTesters', 'apps', 'betaGroups', 'builds'],
  limits: { apps: 50, betaGroups: 50, builds: 50 },
} as const

const collection: Operation = {
  method: 'GET',
  path: '/v1/betaTesters',
  parameters: {
    ...shape,
    filters: {
      firstName: null,
      lastName: null,
      email: null,
      inviteType: ['EMAIL', 'PUBLIC_LINK'],
      apps: null,
      betaGroups: null,
      builds: null,
      id: null,
    },
    sort: ['firstName', 'lastName', 'email', 'inviteType', 'state'].flatMap((key) => [key, `-${key}`]),
    limit: true,
  },
  handle: (call) => ({ status: 200, body: list('betaTesters', page(call), call) }),
}

function page(call: Call): Page<TesterRow> {
  const { query, testers } = call
  if (query.list('filter[apps]') && query.list('filter[betaGroups]')) {
    const detail = "The filters 'filter[apps]' and 'filter[betaGroups]' can not be combined in one request"
    throw illegalParameter('filter[betaGroups]', detail)
  }
  const { ids, isFiltered } = candidates(call)
  const keep = rowFilter(call)
  const find = (id: string): TesterRow | undefined => {
    const row = testers.byId.get(id)
    return row && row.issuerId === call.issuerId && keep(row) ? row : undefined
  }
  if (!query.list('sort')) return pageByPlace(ids, find, query, isFiltered)
  const rows = [...ids.keys()].flatMap((id) => find(id) ?? [])
  return pageByCount(sorted(call, rows, sortValues), query)
}

const sortValues: Record<string, (row: TesterRow) => string> = {
  firstName: (row) => row.firstName ?? '',
  lastName: (row) => row.lastName ?? '',
  email: (row) => row.email.toLowerCase(),
  inviteType: (row) => row.inviteType,
  state: (row) => row.state ?? '',
}

/** The narrowest index the filters allow, and whether rows must still be looked at one by one. */
function candidates(call: Call): { ids: Ids; isFiltered: boolean } {
  const { query, testers, issuerId } = call
  const [apps, groups] = [query.list('filter[apps]'), query.list('filter[betaGroups]')]
  const [emails, wantedIds] = [query.list('filter[email]'), query.list('filter[id]')]
  const onlyApp = apps?.length === 1 ? apps[0] : undefined
  if (emails) {
    const scope = onlyApp === undefined ? { issuerId } : { appId: onlyApp }
    return { ids: testers.searchEmail(scope, emails), isFiltered: true }
  }
  if (wantedIds) {
    const known = wantedIds.flatMap((id) => testers.byId.get(id) ?? []).sort((a, b) => a.seq - b.seq)
    return { ids: new Map(known.map((row) => [row.id, row.seq])), isFiltered: true }
  }
  const names = [...query.values.keys()].filter((name) => name.startsWith('filter['))
  if (onlyApp !== undefined && findApp(onlyApp, call)) {
    return { ids: testers.ofApp(onlyApp), isFiltered: names.length > 1 }
  }
  const onlyGroup = groups?.length === 1 ? groups[0] : undefined
  if (onlyGroup !== undefined && findGroup(onlyGroup, call)) {
    return { ids: testers.membersOf(onlyGroup), isFiltered: names.length > 1 }
  }
  return { ids: testers.ofTeam(issuerId), isFiltered: names.length > 0 }
}

function rowFilter(call: Call): (row: TesterRow) => boolean {
  const { query, testers } = call
  const plain = filtered<TesterRow>(call, {
    firstName: (row) => row.firstName ?? '',
    lastName: (row) => row.lastName ?? '',
    inviteType: (row) => row.inviteType,
    id: (row) => row.id,
  })
  const apps = query.list('filter[apps]')
  const groups = query.list('filter[betaGroups]')
  const builds = query.list('filter[builds]')
  return (row) =>
    plain(row) &&
    (!apps || apps.some((id) => isShownIn(call, id, row))) &&
    (!groups || groups.some((id) => testers.isMember(id, row.id))) &&
    (!builds || builds.some((id) => testers.buildsOf(row.id).has(id)))
}

/** A record of the whole team may be shown by its first app alone, whatever group of another one it is in. */
function isShownIn({ settings }: Call, appId: string, row: TesterRow): boolean {
  return settings.sharedInAppFilter ? row.appIds.includes(appId) : row.appIds[0] === appId
}

const remove: Operation = {
  method: 'DELETE',
  path: '/v1/betaTesters/{id}',
  handle: (call) => {
    const row = pathRow<TesterRow>({ ...call, testers: call.world.truth }, 'betaTesters')
    for (const appId of row.appIds) removeFromApp(call.world, appId, row.id, call.now)
    if (row.appIds.length === 0) call.world.testers.write({ kind: 'drop', id: row.id }, call.now)
    return done
  },
}

export const testerOperations: Operation[] = [
  collection,
  createOperation,
  instance('betaTesters', shape),
  remove,
  ...toMany('betaTesters', 'apps', 'apps'),
  ...toMany('betaTesters', 'betaGroups', 'betaGroups'),
  ...toMany('betaTesters', 'builds', 'builds'),
  ...testerSideOperations,
]
