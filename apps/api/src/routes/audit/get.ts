import type { AuditRecord } from '@flightroster/core/store'
import { Readable } from 'node:stream'
import { prefersCsv, toCell } from '../members/csv.ts'
import { listAudit } from '@flightroster/core/usecases/audit'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import { time, toTime } from '../../schemas/instant.ts'
import { pageOf, pageQuery, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'

const entry = z.object({
  id: z.string(),
  at: time,
  actor: z.string().describe('A token by its id (`token:3f…`) or a user of the pages (`user:ann`)'),
  action: z.string(),
  target: z.string(),
  detail: z.string(),
})
giveExample(entry, {
  id: '1795255203000-0',
  at: '2026-11-24T10:00:03.000Z',
  actor: 'token:ADMIN_TOKEN',
  action: 'roster.pause',
  target: 'gold',
  detail: '',
})

const csvFile = z.string()
giveExample(
  csvFile,
  'id,at,actor,action,target,detail\r\n1795255203000-0,2026-11-24T10:00:03.000Z,user:ann,roster.pause,roster:gold,\r\n',
)
const ndjsonFile = z.string()
giveExample(
  ndjsonFile,
  '{"id":"1795255203000-0","at":"2026-11-24T10:00:03.000Z","actor":"user:ann","action":"roster.pause","target":"roster:gold","detail":""}\n',
)

export function listAuditRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/audit',
    {
      schema: {
        tags: ['operations'],
        operationId: 'listAudit',
        summary: 'Who changed what',
        description:
          'Newest first, of 90 days; of one actor the newest 10,000. Ids only: never an address, a key or a token. ' +
          'With `Accept: text/csv` or `application/x-ndjson` everything, in one file.',
        querystring: pageQuery,
        response: {
          200: {
            description: 'Changes',
            content: {
              'application/json': { schema: pageOf(entry) },
              'text/csv': { schema: csvFile },
              'application/x-ndjson': { schema: ndjsonFile },
            },
          },
        },
      },
      config: { scope: 'admin', readsMuch: 'searched' },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      void reply.header('vary', 'accept')
      const form = exportForm(request.headers.accept)
      if (form !== undefined) {
        void reply.header('content-disposition', `attachment; filename="audit.${form.extension}"`)
        return reply.type(form.type).send(Readable.from(writeAll(deps, form)) as never)
      }
      const before = readCursor('audit', cursor)
      if (before !== undefined && !/^\d+-\d+$/.test(before)) {
        throw requestInvalid([
          { pointer: '/query/cursor', code: 'invalid_cursor', detail: 'This is not a cursor of this API.' },
        ])
      }
      const { items, next } = await listAudit(deps, { limit, before })
      return reply.send({
        items: items.map((item) => ({ ...item, at: toTime(item.at) })),
        nextCursor: next === null ? null : toCursor('audit', next),
      })
    },
  )
}

interface ExportForm {
  type: string
  extension: string
  head: string
  line: (item: AuditRecord) => string
}

const COLUMNS = ['id', 'at', 'actor', 'action', 'target', 'detail'] as const
const CSV: ExportForm = {
  type: 'text/csv; charset=utf-8',
  extension: 'csv',
  head: `${COLUMNS.join(',')}\r\n`,
  line: (item) => `${COLUMNS.map((name) => toCell(name === 'at' ? toTime(item.at) : item[name])).join(',')}\r\n`,
}
const NDJSON: ExportForm = {
  type: 'application/x-ndjson',
  extension: 'ndjson',
  head: '',
  line: (item) => `${JSON.stringify({ ...item, at: toTime(item.at) })}\n`,
}

/** Undefined: JSON, by pages. */
function exportForm(accept: string | undefined): ExportForm | undefined {
  if (/^\s*application\/x-ndjson\b/i.test(accept ?? '')) return NDJSON
  return prefersCsv(accept) ? CSV : undefined
}

const EXPORT_PAGE = 1_000

async function* writeAll(deps: ApiDeps, { head, line }: ExportForm): AsyncGenerator<string> {
  yield head
  let before: string | undefined
  do {
    const { items, next } = await listAudit(deps, { limit: EXPORT_PAGE, before })
    yield items.map(line).join('')
    before = next ?? undefined
  } while (before !== undefined)
}
