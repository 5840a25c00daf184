import { AppError } from '@flightroster/core/errors'
import type { LaneList } from '@flightroster/core/usecases/lane-overview'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { path } from '../html.ts'
import { sendHtml } from '../send-html.ts'
import { BOARD_PAGES, BOARD_READS } from './board-addresses.ts'
import { createBoardAssets } from './board-assets.ts'
import { boardChangeRoutes } from './board-change-routes.ts'
import { createBoardPage } from './board-page.ts'
import { createBoardQueues, type BoardQueues } from './board-queues.ts'
import type { Board } from './board.ts'
import { createLazyQueueCache } from './queue-cache.ts'
import { searchOf } from './search-of.ts'
import { sendJson } from './send-json.ts'
import { paramOf, queryOf, textsOf } from '../../request-texts.ts'

const PREFIXES = ['/dashboard', '/dashboard/q/:search']
const JOBS_PER_PAGE = 100
const PAGES = 1_000_000
const STATUSES: ReadonlySet<string> = new Set(
  'latest active waiting waiting-children prioritized completed failed delayed paused'.split(' '),
)

const reads = { schema: { hide: true }, config: { scope: 'public', page: 'viewer', hasScripts: true } } as const

/** Bull Board at /dashboard; /dashboard/q/<part of a team key> shows what was searched. */
export function dashboardRoutes(app: ApiServer, deps: ApiDeps, laneList: LaneList): void {
  const board = openOnce(deps)
  const cache = createLazyQueueCache(deps)
  const queues = createBoardQueues(laneList, cache)
  app.addHook('onClose', () => cache.close())
  for (const prefix of PREFIXES) {
    pageRoutes(app, prefix, board)
    readRoutes(app, prefix, board, queues)
    boardChangeRoutes(app, prefix, { deps, laneList, queues, open: (teamKey) => cache.open(teamKey) })
  }
}

interface OpenBoard extends Board {
  pageOf: (basePath: string) => string
  assetOf: ReturnType<typeof createBoardAssets>
}

/** Bull Board is loaded with the first look at it. */
function openOnce(deps: { publicUrl: string | undefined }): () => Promise<OpenBoard> {
  let opened: Promise<OpenBoard> | undefined
  const open = async () => {
    const { createBoard } = await import('./bull-board.ts')
    const board = createBoard(deps)
    return { ...board, pageOf: createBoardPage(board), assetOf: createBoardAssets(board.staticPath) }
  }
  return () => (opened ??= open())
}

function pageRoutes(app: ApiServer, prefix: string, board: () => Promise<OpenBoard>): void {
  for (const route of BOARD_PAGES) {
    app.get(route === '/' ? prefix : prefix + route, reads, async (request, reply) => {
      const { q } = queryOf(request)
      if (prefix === '/dashboard' && q) return reply.redirect(path`/dashboard/q/${q.slice(0, 64)}`, 303)
      const search = searchOf(request)
      const { pageOf } = await board()
      return sendHtml(reply, pageOf(search === undefined ? '/dashboard' : path`/dashboard/q/${search}`))
    })
  }
  app.get(`${prefix}/static/*`, reads, async (request, reply) => {
    const { assetOf } = await board()
    const asset = assetOf(paramOf(request, '*'))
    if (!asset) throw new AppError('not_found')
    return reply.header('cache-control', 'private, max-age=86400').type(asset.type).send(asset.content)
  })
}

function readRoutes(app: ApiServer, prefix: string, board: () => Promise<OpenBoard>, queues: BoardQueues): void {
  for (const url of BOARD_READS) {
    app.get(prefix + url, reads, async (request, reply) => {
      const { reads: handlers, uiConfig } = await board()
      const readOnly = request.user.role !== 'operator'
      const { queueName } = textsOf(request.params)
      const { activeQueue } = queryOf(request)
      const shown = queueName === undefined ? await queues.shown(searchOf(request), readOnly) : new Map()
      const wanted = queueName ?? activeQueue
      if (typeof wanted === 'string' && wanted !== '' && !shown.has(wanted))
        for (const [name, queue] of await queues.one(wanted, readOnly)) shown.set(name, queue)
      const answer = await handlers.get(url)?.handler({
        queues: shown,
        uiConfig,
        params: textsOf(request.params),
        query: toBoardQuery(queryOf(request), shown),
        body: {},
        headers: {},
      })
      return sendJson(reply, answer?.status ?? 200, answer?.body)
    })
  }
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
