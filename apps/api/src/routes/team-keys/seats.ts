import { describeSeats, type SeatsDescription } from '@flightroster/core/usecases/seats'
import { getTeamKey } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import { giveExample } from '../../schemas/example.ts'
import { time, toTimeOrNull } from '../../schemas/instant.ts'
import type { ApiServer } from '../../server.ts'
import { appParams } from './schema.ts'

const seats = z.object({
  limit: z.number().int().describe('How many external testers the app can have'),
  used: z.number().int(),
  free: z.number().int().describe('`limit` less `used`'),
  public: z.number().int().nullable().describe('Testers who came by a public link; null: not known'),
  reserved: z.number().int().describe('The part of all reserves that is not filled'),
  observedAt: time.nullable().describe('When Apple counted them'),
  rosters: z.array(
    z.object({
      roster: z.string(),
      in: z.number().int().describe('Members who have a seat'),
      waiting: z.number().int().describe('Members who wait for one'),
      reserve: z.number().int(),
      priority: z.number().int(),
    }),
  ),
})
giveExample(seats, {
  limit: 10_000,
  used: 9_812,
  free: 188,
  public: 640,
  reserved: 40,
  observedAt: '2026-11-24T10:00:03.000Z',
  rosters: [
    { roster: 'gold', in: 60, waiting: 0, reserve: 100, priority: 5 },
    { roster: 'silver', in: 8_900, waiting: 12, reserve: 0, priority: 0 },
  ],
})

export function getSeatsRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/team-keys/:teamKeyId/apps/:appId/seats',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'getSeats',
        summary: 'Read the seats of an app',
        description:
          'How many external testers the app has, at most a minute old; of each of its rosters who is in and who waits, and what is kept for it.',
        params: appParams,
        response: { 200: seats },
      },
      config: {
        scope: 'admin',
        problems: [
          'key_rejected',
          'key_forbidden',
          'agreement_required',
          'secret_unreadable',
          'apple_unreachable',
          'apple_unavailable',
        ],
      },
    },
    async (request) => {
      const teamKey = await getTeamKey(deps, request.params.teamKeyId)
      return toSeats(await describeSeats(onBehalfOf(deps, request), teamKey, request.params.appId))
    },
  )
}

function toSeats({
  limit,
  used,
  public: byLink,
  reserved,
  countedAt,
  rosters,
}: SeatsDescription): z.output<typeof seats> {
  return {
    limit,
    used,
    free: Math.max(0, limit - used),
    public: byLink,
    reserved,
    observedAt: toTimeOrNull(countedAt),
    rosters: rosters.map(({ roster, in: entered, waiting }) => ({
      roster: roster.id,
      in: entered,
      waiting,
      reserve: roster.seats.reserve,
      priority: roster.seats.priority,
    })),
  }
}
