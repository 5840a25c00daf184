import { createBullBoard } from '@bull-board/api'
import { publicPath } from '../../plugins/public-path.ts'
import type { AppControllerRoute, AppViewRoute, IServerAdapter, UIConfig } from '@bull-board/api/typings/app'

/** What Bull Board is made of, for routes of our own: its server adapters know one list of queues for everybody. */
export interface Board {
  entry: AppViewRoute
  api: AppControllerRoute[]
  /** The reads among them, by address. */
  reads: ReadonlyMap<string, AppControllerRoute>
  viewsPath: string
  staticPath: string
  uiConfig: UIConfig
}

const POLL_SECONDS = 10

export function createBoard(deps: { publicUrl: string | undefined }): Board {
  const prefix = publicPath(deps.publicUrl)
  const board: Partial<Board> = {}
  const collector: IServerAdapter = {
    setQueues: () => collector,
    setErrorHandler: () => collector,
    setViewsPath: (viewsPath) => keep({ viewsPath }),
    setStaticPath: (_route, staticPath) => keep({ staticPath }),
    setEntryRoute: (entry) => keep({ entry }),
    setApiRoutes: (api) => keep({ api, reads: readsOf(api) }),
    setUIConfig: (uiConfig) => keep({ uiConfig }),
  }
  const keep = (part: Partial<Board>) => {
    Object.assign(board, part)
    return collector
  }
  createBullBoard({
    queues: [],
    serverAdapter: collector,
    options: { uiConfig: { ...UI, miscLinks: toLinks(prefix) } },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- createBullBoard has called each setter; a test opens the board
  return board as Board
}

function readsOf(api: readonly AppControllerRoute[]): Board['reads'] {
  const reads = api.filter(({ method }) => [method].flat().includes('get'))
  return new Map(reads.flatMap((read) => [read.route].flat().map((url) => [url, read])))
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
