import { AppError } from '@flightroster/core/errors'
import { applySnapshot, type SnapshotResult } from '@flightroster/core/usecases/reconcile'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { readText, parseJson } from '../../plugins/body-parsers.ts'
import { findDuplicateKeys } from '../../plugins/duplicate-keys.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import { toFaults } from '../../plugins/validation.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from '../rosters/schema.ts'
import { decodeText, readCharset } from './put-roster-charset.ts'
import { readCsv } from './put-roster-csv.ts'
import { createRowCollector, type ReadList } from './put-roster-rows.ts'
import { csvBody, dryRunAnswer, membersBody, putMembersAnswer, putMembersQuery } from './put-roster-schema.ts'

const JSON_LIMIT = 32 * 1024 * 1024
const CSV_LIMIT = 64 * 1024 * 1024
const FAULTS_TOLD = 100

/** The whole roster at once, as JSON or CSV. */
export function putMembersRoute(app: ApiServer, deps: ApiDeps): void {
  app.register(async (scope: ApiServer) => {
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => readJsonList(readText(request, body)),
    )
    // Read piece by piece while it comes in: a large file is never in memory as a whole.
    scope.addContentTypeParser('text/csv', async (request: FastifyRequest, body: Readable) =>
      readCsvList(request, body),
    )
    scope.put(
      '/v1/rosters/:rosterId/members',
      {
        bodyLimit: JSON_LIMIT,
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
          bodies: { 'application/json': membersBody, 'text/csv': csvBody },
          problems: ['conflict'],
        },
      },
      async (request, reply) => {
        const { dryRun, allowEmpty } = request.query
        const list = request.body as ReadList | undefined
        if (list === undefined)
          throw requestInvalid([], 'The body is empty; send "members": [] for a roster of nobody.')
        if (!dryRun) deps.health.assertTakesWrites()
        const roster = await getRoster(deps, request.params.rosterId)
        assertSettled(roster)
        const { rows, rejected, doubt } = list
        const result = await applySnapshot(deps, { roster, rows, rejected: doubt, dryRun, allowEmpty })
        const answer = { ...toAnswer(result), rejected }
        return dryRun
          ? reply.code(200).send({ ...answer, plan: { ...answer.plan, names: toNames(result) } })
          : reply.code(202).send(answer)
      },
    )
  })
}

function toAnswer({ reconciliation, plan, estimate, held }: SnapshotResult) {
  const { add, update, remove, unchanged } = plan
  return {
    reconciliation: reconciliation?.id ?? null,
    plan: { add: add.length, update: update.length, remove: remove.length, unchanged },
    estimate,
    held: held !== null,
  }
}

function toNames({ plan }: SnapshotResult): z.output<typeof dryRunAnswer>['plan']['names'] {
  const idOf = ({ id }: { id: string }) => id
  return { add: plan.add.map(idOf), update: plan.update.map(idOf), remove: plan.remove }
}

/** A list with a field too many or of a wrong type is refused as a whole; what a row says is judged row by row. */
function readJsonList(text: string): ReadList | undefined {
  const sent = parseJson(text)
  if (sent === undefined) return undefined
  const duplicates = findDuplicateKeys(text)
  if (duplicates.length > 0) {
    throw requestInvalid(
      duplicates.map((pointer) => ({ pointer, code: 'duplicate_field', detail: 'This field stands twice.' })),
    )
  }
  const parsed = membersBody.safeParse(sent)
  if (!parsed.success) {
    throw requestInvalid(parsed.error.issues.slice(0, FAULTS_TOLD).flatMap((issue) => toFaults(issue, '')))
  }
  const collector = createRowCollector()
  parsed.data.members.forEach(({ id, email, firstName, lastName }, at) => {
    collector.take(at + 1, {
      id,
      email: email ?? null,
      firstName: firstName ?? null,
      lastName: lastName ?? null,
    })
  })
  return collector.finish()
}

async function readCsvList(request: FastifyRequest, body: Readable): Promise<ReadList> {
  try {
    const encoding = request.headers['content-encoding']?.toLowerCase()
    if (encoding !== undefined && encoding !== 'identity') {
      throw new AppError('media_type_unsupported', { message: 'Compressed bodies are not read here.' })
    }
    const charset = readCharset(request.headers['content-type'] ?? '')
    if (Number(request.headers['content-length'] ?? 0) > CSV_LIMIT) throw new AppError('body_too_large')
    return await readCsv(decodeText(limited(body), charset))
  } catch (error) {
    // What is not read of a request keeps its connection from being answered.
    body.resume()
    throw error
  }
}

async function* limited(body: Readable): AsyncGenerator<Buffer, void> {
  let bytes = 0
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > CSV_LIMIT) throw new AppError('body_too_large')
    yield chunk
  }
}
