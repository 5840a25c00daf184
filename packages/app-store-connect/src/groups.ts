import type { z } from 'zod'
import { listAll, PAGE_SIZE, type Caller } from './paginate.ts'
import { groupDocument, groupResource, readJson } from './shapes.ts'
import type { GroupRow } from './types.ts'

const FIELDS = ['name', 'isInternalGroup', 'hasAccessToAllBuilds']

export function createGroupCalls(caller: Caller) {
  return {
    listGroups: (appId: string): Promise<GroupRow[]> =>
      listAll(caller, {
        path: '/v1/apps/{id}/betaGroups',
        id: appId,
        query: { 'fields[betaGroups]': FIELDS, limit: PAGE_SIZE },
        row: groupResource,
        toRow: toGroup,
      }),

    /** Throws apple_not_found. `appId` is null where Apple leaves the relationship out. */
    async getGroup(groupId: string): Promise<GroupRow & { appId: string | null }> {
      const read = readJson(groupDocument, ({ data }) => ({
        ...toGroup(data),
        appId: data.relationships?.app?.data?.id ?? null,
      }))
      // The relationship is filled in only when its resource is included; one short field of it is enough.
      const query = { 'fields[betaGroups]': [...FIELDS, 'app'], 'fields[apps]': ['bundleId'], include: ['app'] }
      return caller.call({ method: 'GET', path: '/v1/betaGroups/{id}', id: groupId, query, read })
    },

    /** An external group. Apple wants an internal one to exist before the first of these. */
    async createGroup({ appId, name }: { appId: string; name: string }): Promise<GroupRow> {
      const body = {
        data: {
          type: 'betaGroups',
          attributes: { name, isInternalGroup: false },
          relationships: { app: { data: { type: 'apps', id: appId } } },
        },
      }
      const read = readJson(groupDocument, ({ data }) => toGroup(data))
      return caller.call({ method: 'POST', path: '/v1/betaGroups', body, read })
    },
  }
}

function toGroup({ id, attributes }: z.output<typeof groupResource>): GroupRow {
  return {
    id,
    name: attributes?.name ?? '',
    isInternal: attributes?.isInternalGroup ?? false,
    hasAccessToAllBuilds: attributes?.hasAccessToAllBuilds ?? false,
  }
}
