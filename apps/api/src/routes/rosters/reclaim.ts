import { startReclaim } from '@flightroster/core/usecases/reclaim'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { giveExample } from '../../schemas/example.ts'
import { memberId } from '../../schemas/ids.ts'
import type { ApiServer } from '../../server.ts'
import { reconciliation, toReconciliation } from '../reconciliations/schema.ts'
import { rosterParams } from './schema.ts'

const MOST_MEMBERS = 10_000

const reclaimBody = z.strictObject({
  dryRun: z.boolean().default(false).describe('Say whose seats would come back, and change nothing'),
  members: z
    .array(memberId)
    .max(MOST_MEMBERS)
    .nullish()
    .describe('Only of these; null: of all candidates. `kept` says who of them keeps the seat, and why'),
})
giveExample(reclaimBody, { dryRun: true, members: null })

export function reclaimRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/rosters/:rosterId/idle/reclaim',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'reclaimIdle',
        summary: 'Take the seats of idle testers back',
        description:
          'A plan like any other: its guard may hold it for an approval. The testers leave the app; the members stay on the roster as ' +
          '`reclaimed`, until a newer `member.joined` or a restore. Does not wait for `graceDays`. Nobody who is protected, who is not a ' +
          'candidate by now, or whom another roster of the app wants is taken out.',
        params: rosterParams,
        body: reclaimBody.nullish(),
        response: { 202: reconciliation },
      },
      config: {
        scope: 'rosters:write',
        readsMuch: 'always',
        problems: ['conflict', 'rate_limited', 'idle_rule_missing'],
        answerHeaders: { location: 'Where to read what it came to' },
      },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const roster = await getRoster(deps, request.params.rosterId)
      assertSettled(roster)
      const { dryRun = false, members = null } = request.body ?? {}
      const record = await startReclaim(askedBy(deps, request), { roster, dryRun, members })
      request.changedNothing = dryRun || record.removals.length === 0
      const location = `/v1/rosters/${encodeURIComponent(roster.id)}/reconciliations/${record.id}`
      return reply.code(202).header('location', location).send(toReconciliation(record))
    },
  )
}
