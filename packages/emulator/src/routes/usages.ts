import { requiredParameter } from '../errors.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { pageByPlace } from '../paging.ts'
import type { AppRecord, GroupRecord } from '../records.ts'
import { paged } from '../serialize.ts'
import type { Ids, TesterRow } from '../testers.ts'
import { usagePeriods } from '../usage.ts'
import type { UsageEntry, UsagePeriod } from '../usage.ts'
import { pathRow } from './related.ts'

const parameters = {
  plain: { period: Object.keys(usagePeriods), groupBy: ['betaTesters'] },
  filters: { betaTesters: null },
  limit: true,
} as const

interface Row {
  id: string
  entries: UsageEntry[]
}

/** What each tester did: rows of those who have the app installed, a page at a time. */
function usages(call: Call, appId: string, ids: Ids): Answer {
  const { query, testers, world, now } = call
  const wanted = query.list('filter[betaTesters]')
  if (!query.list('groupBy') && !wanted) throw requiredParameter('groupBy')
  const find = (id: string): Row | undefined => {
    const tester: TesterRow | undefined = testers.byId.get(id)
    if (!tester || tester.issuerId !== call.issuerId || (wanted && !wanted.includes(id))) return undefined
    const entries = world.usage.row(appId, id, tester.state)
    return entries && { id, entries }
  }
  const page = pageByPlace(ids, find, query, true)
  const period = (query.list('period')?.[0] ?? 'P7D') as UsagePeriod
  const data = page.rows.map(({ id, entries }) => ({
    dataPoints: world.usage.points(entries, period, now),
    dimensions: {
      betaTesters: {
        links: {
          groupBy: `${call.base}${call.path}?groupBy=betaTesters`,
          related: `${call.base}/v1/betaTesters/${id}`,
        },
        // A text by Apple's schema; an object was seen.
        data: call.settings.usageDimension === 'object' ? { type: 'betaTesters', id } : id,
      },
    },
  }))
  return { status: 200, body: { data, ...paged(page, call) } }
}

export const usageOperations: Operation[] = [
  {
    method: 'GET',
    path: '/v1/apps/{id}/metrics/betaTesterUsages',
    parameters,
    handle: (call) => {
      const app = pathRow<AppRecord>(call, 'apps')
      return usages(call, app.id, call.testers.ofApp(app.id))
    },
  },
  {
    method: 'GET',
    path: '/v1/betaGroups/{id}/metrics/betaTesterUsages',
    parameters,
    handle: (call) => {
      const group = pathRow<GroupRecord>(call, 'betaGroups')
      return usages(call, group.appId, call.testers.membersOf(group.id))
    },
  },
]
