import { bulkTesters } from './tester-lists.ts'
import { notMember } from '../refusals.ts'
import { removeFromAppLater } from '../membership.ts'
import type { Operation } from '../operation.ts'
import { pageByCount } from '../paging.ts'
import type { AppRecord } from '../records.ts'
import { list } from '../serialize.ts'
import { filtered, instance, pathRow, sorted, toMany } from './related.ts'

const shape = {
  include: ['betaGroups', 'builds'],
  fields: ['apps', 'betaGroups', 'builds', 'preReleaseVersions'],
  limits: { betaGroups: 50, builds: 50 },
} as const

const collection: Operation = {
  method: 'GET',
  path: '/v1/apps',
  parameters: {
    ...shape,
    filters: { name: null, bundleId: null, sku: null, id: null },
    sort: ['name', '-name', 'bundleId', '-bundleId', 'sku', '-sku'],
    limit: true,
  },
  handle: (call) => {
    const keep = filtered<AppRecord>(call, {
      name: (app) => app.name,
      bundleId: (app) => app.bundleId,
      sku: (app) => app.sku,
      id: (app) => app.id,
    })
    const rows = sorted(call, call.world.appsOf(call.issuerId).filter(keep), {
      name: (app) => app.name,
      bundleId: (app) => app.bundleId,
      sku: (app) => app.sku,
    })
    return { status: 200, body: list('apps', pageByCount(rows, call.query), call) }
  },
}

const removeTesters: Operation = {
  method: 'DELETE',
  path: '/v1/apps/{id}/relationships/betaTesters',
  body: { kind: 'linkage', type: 'betaTesters' },
  handle: (call) => {
    const app = pathRow<AppRecord>(call, 'apps')
    const { good, bad } = bulkTesters(call, (row) => row.appIds.includes(app.id))
    if (bad.length > 0) notMember(call.settings, bad[0] ?? '')
    removeFromAppLater(
      call.world,
      app.id,
      good.map(({ id }) => id),
      call.now,
    )
    return { status: 202 }
  },
}

export const appOperations: Operation[] = [
  collection,
  instance('apps', shape),
  ...toMany('apps', 'betaGroups', 'betaGroups'),
  ...toMany('apps', 'builds', 'builds'),
  removeTesters,
]
