import { explainWaiting, exportMembers, listMembers, type MemberDescription } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { giveExample } from '../../schemas/example.ts'
import { pageOf, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from '../rosters/schema.ts'
import { CSV_HEADER, prefersCsv, toCsvRow } from './csv.ts'
import { member, membersQuery, toMember } from './schema.ts'

const total = z.int().min(0).describe('How many fit, over all pages')
giveExample(total, 1)
const membersPage = pageOf(member).extend({ total })
const csvOfMembers = z.string()
giveExample(csvOfMembers, 'id,email,firstName,lastName,status\nu-1001,ann.lee@example.com,Ann,Lee,invited\n')

export function listMembersRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/members',
    {
      schema: {
        tags: ['members'],
        operationId: 'listMembers',
        summary: 'List members',
        description:
          'JSON by pages in the order of ids, `total` with every page; with `Accept: text/csv` every member that matches, in one file: the columns of a list first, then ' +
          '`status`, `device`, `osVersion`, `build` and `sessions`, which reading it back ignores.',
        params: rosterParams,
        querystring: membersQuery,
        response: {
          200: {
            description: 'Members',
            content: {
              'application/json': { schema: membersPage },
              'text/csv': { schema: csvOfMembers },
            },
          },
        },
      },
      config: { scope: 'rosters:read', readsMuch: 'searched' },
    },
    async (request, reply) => {
      const roster = await getRoster(deps, request.params.rosterId)
      const { status, q, limit, cursor } = request.query
      reply.header('vary', 'accept')
      if (prefersCsv(request.headers.accept)) {
        reply.header('content-disposition', `attachment; filename="${roster.id}.csv"`)
        const rows = writeCsv(exportMembers(deps, roster, { status, q }), status === 'removed')
        return reply.type('text/csv; charset=utf-8').send(Readable.from(rows) as never)
      }
      const list = `members:${roster.id}:${status ?? ''}:${q ?? ''}`
      const page = await listMembers(deps, roster, { status, q, limit, after: readCursor(list, cursor) })
      const waiting = await explainWaiting(deps, roster, page.records)
      return reply.send({
        items: page.members.map((described) => toMember(described, waiting.get(described.id) ?? null)),
        nextCursor: page.next === null ? null : toCursor(list, page.next),
        total: page.total,
      })
    },
  )
}

/** Read back, the file changes nobody: so who left is in it only where they were asked for. */
export async function* writeCsv(pages: AsyncIterable<MemberDescription[]>, withLeft: boolean): AsyncGenerator<string> {
  yield CSV_HEADER
  for await (const members of pages) {
    const rows = members.filter(({ desired }) => desired === 'present' || withLeft)
    yield rows.map((described) => toCsvRow(toMember(described))).join('')
  }
}
