import { describeMembers, explainWaiting, getMember, protectMember } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { member, memberParams, toMember } from './schema.ts'

/** Who is protected leaves by an event or an erasure alone. */
export function protectMemberRoutes(app: ApiServer, deps: ApiDeps): void {
  for (const [verb, summary, description] of [
    [
      'protect',
      'Protect a member',
      'Never reclaimed, and never removed by a list or a reading: only an event or an erasure removes. Plans say whom they left alone.',
    ],
    ['unprotect', 'Protect a member no more', 'Lists, readings and reclaims treat the member as any other again.'],
  ] as const) {
    app.post(
      `/v1/rosters/:rosterId/members/:memberId/${verb}`,
      {
        schema: {
          tags: ['members'],
          operationId: `${verb}Member`,
          summary,
          description,
          params: memberParams,
          response: { 200: member },
        },
        config: { scope: 'rosters:write' },
      },
      async (request) => {
        deps.health.assertTakesWrites()
        const { rosterId, memberId } = request.params
        const roster = await getRoster(deps, rosterId)
        const asked = { roster, member: memberId, isProtected: verb === 'protect', origin: 'api' } as const
        request.changedNothing = !(await protectMember(askedBy(deps, request), asked))
        const record = await getMember(deps, roster, memberId)
        const [described] = await describeMembers(deps, roster, [record])
        const waiting = await explainWaiting(deps, roster, [record])
        return toMember(described as NonNullable<typeof described>, waiting.get(record.id) ?? null)
      },
    )
  }
}
