import { createBullBoard } from '@bull-board/api'
import type { AppControllerRoute, AppViewRoute, IServerAdapter, UIConfig } from '@bull-board/api/typings/app'

/** What Bull Board is made of, for routes of our own: its server adapters know one list of queues for everybody. */
export interface Board {
  entry: AppViewRoute
  api: AppControllerRoute[]
  viewsPath: string
  staticPath: string
  uiConfig: UIConfig
}

const POLL_SECONDS = 10

export function createBoard(): Board {
  const board: Partial<Board> = {}
  const collector: IServerAdapter = {
    setQueues: () => collector,
    setErrorHandler: () => collector,
    setViewsPath: (viewsPath) => keep({ viewsPath }),
    setStaticPath: (_route, staticPath) => keep({ staticPath }),
    setEntryRoute: (entry) => keep({ entry }),
    setApiRoutes: (api) => keep({ api }),
    setUIConfig: (uiConfig) => keep({ uiConfig }),
  }
  const keep = (part: Partial<Board>) => {
    Object.assign(board, part)
    return collector
  }
  createBullBoard({ queues: [], serverAdapter: collector, options: { uiConfig: UI } })
  return board as Board
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
  miscLinks: [
    { text: 'All lanes, search', url: '/lanes' },
    { text: 'Console', url: '/console' },
  ],
}
