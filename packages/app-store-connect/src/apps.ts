import { listAll, PAGE_SIZE, type Caller } from './paginate.ts'
import { appResource } from './shapes.ts'
import type { Query } from './target.ts'
import type { AppRow } from './types.ts'

export function createAppCalls(caller: Caller) {
  const read = (filter: Query): Promise<AppRow[]> =>
    listAll(caller, {
      path: '/v1/apps',
      query: { ...filter, 'fields[apps]': ['bundleId', 'name'], limit: PAGE_SIZE },
      row: appResource,
      toRow: ({ id, attributes }) => ({ id, bundleId: attributes.bundleId, name: attributes.name ?? '' }),
    })

  return {
    listApps: () => read({}),
    /** Matched here once more: Apple's bundle id filter also finds ids that begin with the one asked for. */
    async findApps({ bundleId, id }: { bundleId?: string; id?: string }): Promise<AppRow[]> {
      const rows = await read({ 'filter[bundleId]': bundleId, 'filter[id]': id })
      return rows.filter(
        (app) =>
          (id === undefined || app.id === id) &&
          (bundleId === undefined || app.bundleId.toLowerCase() === bundleId.toLowerCase()),
      )
    },
  }
}
