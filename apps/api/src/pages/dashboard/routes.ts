import { AppError } from '@flightroster/core/errors'
import type { LaneList } from '@flightroster/core/usecases/lane-overview'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { path } from '../html.ts'
import { sendHtml } from '../send-html.ts'
import { boardChangeRoutes } from './board-change-routes.ts'
import { publicPath } from '../../plugins/public-path.ts'
import { createBoardQueues, type BoardQueues, type Queues } from './board-queues.ts'
import { OWN_FILES, readOwnFile } from './own-files.ts'
import type { Board } from './board.ts'
import { createLazyQueueCache } from './queue-cache.ts'
import { searchOf } from './board-request.ts'
import { queryOf } from '../../request-texts.ts'

const PREFIXES = ['/dashboard', '/dashboard/q/:search']
const JOBS_PER_PAGE = 100
const PAGES = 1_000_000
const STATUSES: ReadonlySet<string> = new Set(
  'latest active waiting waiting-children prioritized completed failed delayed paused'.split(' '),
)
const KEPT = 'private, max-age=86400'

const reads = { schema: { hide: true }, config: { scope: 'public', page: 'viewer', hasScripts: true } } as const

/** Bull Board at /dashboard; /dashboard/q/<part of a team key> shows what was searched. */
export function dashboardRoutes(app: ApiServer, deps: ApiDeps, laneList: LaneList): void {
  const cache = createLazyQueueCache(deps)
  const queues = createBoardQueues(laneList, cache, publicPath(deps.publicUrl))
  let opened: Promise<Board> | undefined
  const board = () => (opened ??= import('./bull-board.ts').then(({ createBoard }) => createBoard(deps)))
  app.addHook('onClose', async () => {
    await (await opened)?.close()
    await cache.close()
  })
  for (const prefix of PREFIXES) {
    readRoutes(app, prefix, board, queues)
    boardChangeRoutes(app, prefix, { deps, laneList, queues, open: (teamKey) => cache.open(teamKey) })
  }
}

function readRoutes(app: ApiServer, prefix: string, board: () => Promise<Board>, queues: BoardQueues): void {
  for (const [name, type] of Object.entries(OWN_FILES)) {
    app.get(`${prefix}/static/${name}`, reads, (_request, reply) =>
      reply.header('cache-control', KEPT).type(type).send(readOwnFile(name)),
    )
  }
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const search = searchOf(request)
    const below = pathBelow(prefix, request.url)
    const isRead = below.startsWith('/api/')
    const { q } = queryOf(request)
    if (prefix === '/dashboard' && q && !isRead) return reply.redirect(path`/dashboard/q/${q.slice(0, 64)}`, 303)
    const shown = isRead ? await queuesOf(request, below, queues) : new Map()
    const query = isRead ? `?${new URLSearchParams(toBoardQuery(queryOf(request), shown)).toString()}` : ''
    const seen = request.headers['if-none-match']
    const found = await (
      await board()
    ).get({
      basePath: search === undefined ? '/dashboard' : path`/dashboard/q/${search}`,
      queues: shown,
      url: `http://board${below}${query}`,
      headers: seen === undefined ? {} : { 'if-none-match': seen },
    })
    if (!found) throw new AppError('not_found', { message: 'There is no such page.' })
    const { status, type, etag, body } = found
    if (type.startsWith('text/html')) return sendHtml(reply, body.toString(), status)
    if (below.startsWith('/static/')) void reply.header('cache-control', KEPT).header('etag', etag)
    if (type !== '') void reply.type(type)
    return reply.code(status).send(body)
  }
  app.get(prefix, reads, answer)
  app.get(`${prefix}/*`, reads, answer)
}

/** The path as it came, without our prefix: Bull Board decodes it by itself. */
function pathBelow(prefix: string, url: string): string {
  const [whole = ''] = url.split('?')
  return `/${whole.split('/').slice(prefix.split('/').length).join('/')}`
}

/** Those that the board shows at once, and one that is asked for by its name, wherever it ranks. */
async function queuesOf(request: FastifyRequest, below: string, queues: BoardQueues): Promise<Queues> {
  const readOnly = request.user.role !== 'operator'
  const named = /^\/api\/queues\/([^/]+)/.exec(below)?.[1]
  const { activeQueue } = queryOf(request)
  const shown = named === undefined ? await queues.shown(searchOf(request), readOnly) : new Map()
  const wanted = named === undefined ? activeQueue : decodeURIComponent(named)
  if (typeof wanted === 'string' && wanted !== '' && !shown.has(wanted))
    for (const [name, queue] of await queues.one(wanted, readOnly)) shown.set(name, queue)
  return shown
}

type Query = Readonly<Record<string, unknown>>

/** Only what Bull Board knows what to do with: it takes whatever an address says, and throws at much of it. */
function toBoardQuery(query: Query, shown: ReadonlyMap<string, unknown>): Record<string, string> {
  const { activeQueue, status, page, jobsPerPage } = query
  return {
    ...(typeof activeQueue === 'string' && shown.has(activeQueue) ? { activeQueue } : {}),
    ...(typeof status === 'string' && STATUSES.has(status) ? { status } : {}),
    page: String(toCount(page, 1, PAGES)),
    jobsPerPage: String(toCount(jobsPerPage, 10, JOBS_PER_PAGE)),
  }
}

function toCount(said: unknown, otherwise: number, most: number): number {
  const count = Number(said)
  return Number.isInteger(count) && count > 0 ? Math.min(count, most) : otherwise
}
