import { AppError } from '@flightroster/core/errors'
import { queueName } from '@flightroster/core/store'
import { filterLanes, type LaneList, type ListedLane } from '@flightroster/core/usecases/lane-overview'
import type { BaseAdapter } from '@bull-board/api/baseAdapter'
import type { QueueCache } from './queue-cache.ts'

/** 5,000 queues are 2.6 MB a poll: the board shows what needs a person, then the busiest, or what was searched. */
const AT_MOST = 100

export type Queues = Map<string, BaseAdapter>

export interface BoardQueues {
  /** Blocked, failing, paused, busiest; or those whose team key holds `search`. */
  shown(search: string | undefined, readOnly: boolean): Promise<Queues>
  /** One queue, wherever it ranks. Empty where there is none of this name. */
  one(name: string, readOnly: boolean): Promise<Queues>
  /** Throws not_found. */
  teamKeyOf(name: string): Promise<string>
  teamKeysShown(search: string | undefined): Promise<string[]>
}

export function createBoardQueues(laneList: LaneList, cache: QueueCache, publicPath: string): BoardQueues {
  const shownLanes = async (search: string | undefined) =>
    filterLanes(await laneList.all(), { q: search }).slice(0, AT_MOST)
  const toQueues = async (lanes: readonly ListedLane[], readOnlyMode: boolean): Promise<Queues> => {
    const { LaneAdapter } = await import('./bull-board.ts')
    return new Map(
      lanes.map((lane) => [
        queueName(lane.teamKey),
        new LaneAdapter(cache.open(lane.teamKey), lane, { readOnlyMode, publicPath }),
      ]),
    )
  }
  const find = async (name: string) => (await laneList.all()).find((lane) => queueName(lane.teamKey) === name)
  return {
    shown: async (search, readOnly) => toQueues(await shownLanes(search), readOnly),
    async one(name, readOnly) {
      const lane = await find(name)
      return lane ? toQueues([lane], readOnly) : new Map()
    },
    async teamKeyOf(name) {
      const lane = await find(name)
      if (!lane) throw new AppError('not_found', { message: 'The lane was not found.' })
      return lane.teamKey
    },
    teamKeysShown: async (search) => (await shownLanes(search)).map((lane) => lane.teamKey),
  }
}
