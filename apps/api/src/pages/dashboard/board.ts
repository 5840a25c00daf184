import { AsyncLocalStorage } from 'node:async_hooks'
import { createBullBoard } from '@bull-board/api'
import type {
  AppControllerRoute,
  AppViewRoute,
  ControllerHandlerReturnType,
  UIConfig,
} from '@bull-board/api/typings/app'
import { FastifyAdapter } from '@bull-board/fastify'
import Fastify from 'fastify'
import { publicPath } from '../../plugins/public-path.ts'
import type { Queues } from './board-queues.ts'

/** What one request is answered with: its queues, and the path that its page calls itself by. */
export interface Look {
  basePath: string
  queues: Queues
  /** Path and query below the board's own prefix. */
  url: string
  headers: Record<string, string>
}

export interface Answer {
  status: number
  /** Empty where there is no body. */
  type: string
  etag: string | undefined
  body: Buffer
}

export interface Board {
  /** What its own plugin answers to a GET; undefined where it has nothing there. Throws what went wrong within. */
  get(look: Look): Promise<Answer | undefined>
  close(): Promise<void>
}

interface Running extends Look {
  fault?: unknown
  isNothing?: boolean
}

const POLL_SECONDS = 10
/** As long as ours, for names of queues. */
const MAX_PARAM_LENGTH = 2_000
const HTML = 'text/html'

/**
 * Bull Board's own Fastify plugin, in a server of its own that listens to nothing: it is made with the first look at the board, since it
 * costs a start as much as all of our routes, and its views, its files and its way with errors stay inside. Whoever may look, and every
 * change, is for the routes around it.
 */
export async function createBoard(deps: { publicUrl: string | undefined }): Promise<Board> {
  const running = new AsyncLocalStorage<Running>()
  const now = () => {
    const look = running.getStore()
    if (!look) throw new Error('Bull Board was asked outside of a request.')
    return look
  }
  const adapter = new RequestAdapter(now)
  createBullBoard({
    queues: [],
    serverAdapter: adapter,
    options: { uiConfig: { ...UI, miscLinks: toLinks(publicPath(deps.publicUrl)) } },
  })
  const server = Fastify({ routerOptions: { maxParamLength: MAX_PARAM_LENGTH } })
  server.setNotFoundHandler((_request, reply) => {
    // An error of ours that is made here would not be known outside: the bundle of this file has a class of its own for them.
    now().isNothing = true
    return reply.send()
  })
  await server.register(adapter.registerPlugin())
  await server.ready()
  return {
    get: (look) =>
      running.run({ ...look }, async () => {
        const { statusCode, headers, rawPayload } = await server.inject({ url: look.url, headers: look.headers })
        const { fault, isNothing } = now()
        if (fault !== undefined) throw fault
        if (isNothing) return undefined
        const type = String(headers['content-type'] ?? '')
        const body = type.startsWith(HTML) ? toOwnPage(rawPayload) : rawPayload
        return { status: statusCode, type, etag: headers.etag, body }
      }),
    close: () => server.close(),
  }
}

/** The adapter knows one list of queues and one path for everybody; ours are those of the request. It gets nothing that changes. */
class RequestAdapter extends FastifyAdapter {
  readonly #now: () => Running

  constructor(now: () => Running) {
    super()
    this.#now = now
  }

  override setEntryRoute(page: AppViewRoute): FastifyAdapter {
    const handler: AppViewRoute['handler'] = (asked) => page.handler({ ...asked, basePath: this.#now().basePath })
    return super.setEntryRoute({ ...page, handler })
  }

  override setApiRoutes(routes: AppControllerRoute[]): FastifyAdapter {
    const reads = routes.filter(({ method }) => [method].flat().includes('get'))
    return super.setApiRoutes(
      reads.map((read) => ({
        ...read,
        handler: (asked) => read.handler(asked && { ...asked, queues: this.#now().queues }),
      })),
    )
  }

  /** Its own words for an error tell the stack: the route around it says what happened, as everywhere. */
  override setErrorHandler(_handler: (error: Error) => ControllerHandlerReturnType): this {
    return super.setErrorHandler((error) => {
      this.#now().fault = error
      return { status: 500, body: {} }
    })
  }
}

const OWN_MARKUP =
  '<link href="static/board-names.css" rel="stylesheet"><script defer src="static/board-names.js"></script></head>'

/** Without the fonts that it would fetch from elsewhere, which our policy would refuse with a complaint at each page. */
function toOwnPage(page: Buffer): Buffer {
  const text = page.toString().replace(/<link [^>]*href="https?:\/\/[^>]*>/g, '')
  return Buffer.from(text.replace('</head>', OWN_MARKUP))
}

const UI: UIConfig = {
  boardTitle: 'Flightroster',
  hideDocsLink: true,
  // CLIENT LIST for each queue on every poll; who works on what is on the lanes page.
  showWorkers: false,
  hideRedisDetails: true,
  showMetrics: false,
  sortQueues: false,
  pollingInterval: { showSetting: false, forceInterval: POLL_SECONDS },
}

/** They are no markup, to which the public path would be added on the way out. */
const toLinks = (prefix: string) => [
  { text: 'All lanes, search', url: `${prefix}/lanes` },
  { text: 'Console', url: `${prefix}/console` },
]
