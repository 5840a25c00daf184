import { AppError } from '@flightroster/core/errors'
import { applySnapshot, type SnapshotResult } from '@flightroster/core/usecases/reconcile'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { checkCharset, refuseCompressed } from '../../plugins/body-parsers.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import { whenOver } from '../../plugins/when-over.ts'
import type { ApiServer } from '../../server.ts'
import { explain } from '../events/post.ts'
import { rosterParams } from '../rosters/schema.ts'
import { inPieces } from './in-pieces.ts'
import type { EnteringList, ListTurn } from './list-gate.ts'
import { decodeText, HOW_TO_SAVE, readCharset } from './put-roster-charset.ts'
import { parseColumnMap } from './put-roster-columns.ts'
import { readCsv } from './put-roster-csv.ts'
import { readJsonList } from './put-roster-json.ts'
import { tellRejected, type ReadList, type RejectedList, type RejectedRow } from './put-roster-rows.ts'
import { csvBody, dryRunAnswer, membersBody, putMembersAnswer, putMembersQuery } from './put-roster-schema.ts'

/** 100,000 rows of 300 bytes. What is read of them is in memory until they are recorded. */
const BODY_LIMIT = 32 * 1024 * 1024
/** Whoever has no turn is told so late: a list that is sent again at once would cost more than it is told. */
const TOLD_AFTER_MS = 250

const WORKBOOKS = [
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.ms-excel',
  'application/vnd.ms-excel.sheet.binary.macroEnabled.12',
  'application/vnd.ms-excel.sheet.macroEnabled.12',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.apple.numbers',
  'application/x-iwork-numbers-sffnumbers',
]

/** The whole roster at once, as JSON or CSV. */
export function putMembersRoute(app: ApiServer, deps: ApiDeps): void {
  const turns = new WeakMap<FastifyRequest, ListTurn>()
  const readBody = <T>(request: FastifyRequest, body: Readable, read: (chunks: Chunks) => Promise<T>) =>
    readList(request, body, () => read(limited(turns.get(request)?.chunks(body) ?? [])))
  app.register(async (scope: ApiServer) => {
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser('application/json', async (request: FastifyRequest, body: Readable) => {
      checkCharset(request)
      return readBody(request, body, (chunks) =>
        readJsonList(
          inPieces(chunks, () => app.leisure.turn()),
          deps.rosterLimit,
        ),
      )
    })
    scope.addContentTypeParser('text/csv', async (request: FastifyRequest, body: Readable) => {
      const charset = readCharset(request.headers['content-type'] ?? '')
      const { columns } = request.query as { columns?: unknown }
      const map = typeof columns === 'string' ? parseColumnMap(columns) : undefined
      return readBody(request, body, (chunks) =>
        readCsv(
          decodeText(
            inPieces(chunks, () => app.leisure.turn()),
            charset,
          ),
          deps.rosterLimit,
          map,
        ),
      )
    })
    // Named as what they are, with what to do instead.
    scope.addContentTypeParser(WORKBOOKS, async () => {
      throw new AppError('media_type_unsupported', { message: `This is a workbook, not a list as CSV. ${HOW_TO_SAVE}` })
    })
    scope.addContentTypeParser('*', async () => {
      throw new AppError('media_type_unsupported', {
        message: `Send the list as text/csv, or as application/json. ${HOW_TO_SAVE}`,
      })
    })
    const enter = async (list: EnteringList) => {
      try {
        return await app.lists.enter(list)
      } catch (error) {
        await sleep(TOLD_AFTER_MS)
        throw error
      }
    }
    const takeTurn = async (request: FastifyRequest, reply: FastifyReply) => {
      const { rosterId: roster } = request.params as { rosterId: string }
      const { teamKey } = await getRoster(deps, roster)
      const gone = new AbortController()
      whenOver(request, reply, () => {
        gone.abort('gone')
        turns.get(request)?.end()
      })
      const turn = await enter({ roster, teamKey, caller: request.caller, signal: gone.signal })
      if (gone.signal.aborted) turn.end()
      turns.set(request, turn)
    }
    scope.put(
      '/v1/rosters/:rosterId/members',
      {
        bodyLimit: BODY_LIMIT,
        // Before the body is read: it is most of what a list costs.
        preParsing: takeTurn,
        schema: {
          tags: ['members'],
          operationId: 'putMembers',
          summary: 'Make the roster equal to a whole list',
          description:
            'Joins and changes are recorded at once. Removals too, unless the guard of the roster or of its team key holds ' +
            'them for an approval. A bad row is named by its number and kept out; nobody whom it names is removed.',
          params: rosterParams,
          querystring: putMembersQuery,
          response: { 200: dryRunAnswer, 202: putMembersAnswer },
        },
        config: {
          scope: 'rosters:write',
          takesBody: true,
          streamsBody: true,
          mayBeLong: true,
          bodies: { 'application/json': membersBody, 'text/csv': csvBody },
          problems: ['conflict', 'rate_limited', 'list_too_long', 'roster_full'],
        },
      },
      async (request, reply) => {
        // From here on the work goes on to its end, whether or not the caller waits for it.
        const turn = turns.get(request)
        turns.delete(request)
        try {
          if (request.query.columns !== undefined && !isCsv(request)) {
            const detail = 'Only a list as CSV has columns.'
            throw requestInvalid([{ pointer: '/query/columns', code: 'invalid_value', detail }])
          }
          return await putList(
            deps,
            request,
            request.params.rosterId,
            request.query,
            request.body as ReadList | undefined,
            reply,
          )
        } finally {
          turn?.end()
        }
      },
    )
  })
}

const isCsv = (request: FastifyRequest) => /^\s*text\/csv\b/i.test(request.headers['content-type'] ?? '')

async function putList(
  deps: ApiDeps,
  request: FastifyRequest,
  rosterId: string,
  { dryRun, allowEmpty }: z.output<typeof putMembersQuery>,
  list: ReadList | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (list === undefined) throw requestInvalid([], 'The body is empty; send "members": [] for a roster of nobody.')
  if (!dryRun) deps.health.assertTakesWrites()
  const roster = await getRoster(deps, rosterId)
  assertSettled(roster)
  const { rows, doubt } = list
  const turn = () => request.server.leisure.turn()
  const what = { roster, rows, rejected: doubt, dryRun, allowEmpty, turn }
  const result = await applySnapshot(askedBy(deps, request), what)
  request.changedNothing = result.isIdle
  const answer = { ...toAnswer(result), ...toRejected(tellRejected(list, result.plan)) }
  if (!dryRun) return reply.code(202).send(answer)
  return reply.code(200).send({ ...answer, plan: { ...answer.plan, names: toNames(result) } })
}

function toAnswer({ reconciliation, plan, estimate, held }: SnapshotResult) {
  const { add, update, remove, unchanged } = plan
  return {
    reconciliation: reconciliation?.id ?? null,
    plan: { add: add.length, update: update.length, remove: remove.length, unchanged },
    estimate,
    ...(plan.kept.length > 0 ? { kept: plan.kept.map((id) => ({ id, reason: 'protected' as const })) } : {}),
    held: held !== null,
    ...(held === 'list_unclear' ? { problem: explain('list_unclear') } : {}),
  }
}

function toRejected({ told, total }: RejectedList): { rejected: RejectedRow[]; rejectedTotal?: number } {
  return total > told.length ? { rejected: told, rejectedTotal: total } : { rejected: told }
}

function toNames({ plan }: SnapshotResult): z.output<typeof dryRunAnswer>['plan']['names'] {
  const idOf = ({ id }: { id: string }) => id
  const names = { add: plan.add.map(idOf), update: plan.update.map(idOf), remove: plan.remove }
  return plan.clear.length > 0 ? { ...names, clear: plan.clear } : names
}

/** Read piece by piece while it comes in: a large list is never in memory as a whole. */
async function readList<T>(request: FastifyRequest, body: Readable, read: () => Promise<T>): Promise<T> {
  try {
    refuseCompressed(request)
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw new AppError('body_too_large')
    return await read()
  } catch (error) {
    // What is not read of a request keeps its connection from being answered.
    body.resume()
    throw error
  }
}

type Chunks = AsyncGenerator<Buffer, void>

async function* limited(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Chunks {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > BODY_LIMIT) throw new AppError('body_too_large')
    yield chunk
  }
}
