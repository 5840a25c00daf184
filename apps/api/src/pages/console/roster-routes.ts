import type { Roster, WaitsFor } from '@flightroster/core/domain'
import { readHistory } from '@flightroster/core/usecases/history'
import { describeUsage } from '@flightroster/core/usecases/idle'
import { explainRoster, retryFailed } from '@flightroster/core/usecases/members'
import { startReconciliation } from '@flightroster/core/usecases/reconcile'
import { describeRoster, getRoster, pauseRoster, resumeRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { describeEach } from '../../describe-each.ts'
import { askedBy, chargedTo } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { path, query, type Html } from '../html.ts'
import { notice } from '../layout.ts'
import { note } from '../note.ts'
import { CHANGE, VIEW } from '../page-config.ts'
import { sendHtml } from '../send-html.ts'
import { tellHealth } from './health.ts'
import { laterWords } from './wait-notice.ts'
import { rosterPage } from './roster-page.ts'
import { rostersPage, type ListedRoster } from './rosters-page.ts'
import { paramOf, queryOf } from '../../request-texts.ts'

const PER_PAGE = 50

export const rosterIdOf = (request: FastifyRequest) => paramOf(request, 'rosterId')

export function rosterRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console', VIEW, async (request, reply) => {
    const asked = queryOf(request)
    const q = (asked.q ?? '').slice(0, 128)
    const found = (await deps.store.rosters.list()).filter((roster) => matches(roster, q.toLowerCase()))
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE))
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(asked.page)) || 1))
    const shown = found.slice((page - 1) * PER_PAGE, page * PER_PAGE)
    const rosters = await describeEach(app, shown, (roster) => lookAt(deps, roster))
    return sendHtml(reply, rostersPage({ user: request.user, now: deps.clock.now(), rosters, q, page, pages }))
  })

  app.get('/console/rosters/:rosterId', VIEW, async (request, reply) => {
    const { done } = queryOf(request)
    const roster = await getRoster(deps, rosterIdOf(request))
    const [listed, history, held, usage] = await Promise.all([
      lookAt(deps, roster),
      readHistory(deps, roster),
      deps.store.lane(roster.teamKey).reconciliations.listHeld(roster.id),
      describeUsage(deps, roster),
    ])
    const now = deps.clock.now()
    const besides =
      listed.waitsFor?.code === 'roster_held' ? await explainRoster(deps, roster, { heldAside: true }) : null
    return sendHtml(
      reply,
      rosterPage({
        user: request.user,
        now,
        ...listed,
        besides,
        history,
        held: held[0],
        usage,
        notice: toNotice(done, listed.waitsFor),
      }),
    )
  })

  changeRoutes(app, deps)
}

function changeRoutes(app: ApiServer, deps: ApiDeps): void {
  const change = (verb: string, work: (roster: Roster, request: FastifyRequest) => Promise<unknown>) => {
    app.post(`/console/rosters/:rosterId/${verb}`, CHANGE, async (request, reply) => {
      const roster = await getRoster(deps, rosterIdOf(request))
      await work(roster, request)
      await note(deps, request, `roster.${verb}`, `roster:${roster.id}`)
      return reply.redirect(path`/console/rosters/${roster.id}` + query({ done: verb }), 303)
    })
  }
  change('pause', (roster) => pauseRoster(deps, roster.id))
  change('resume', (roster) => resumeRoster(deps, roster.id))
  change('retry', (roster, request) => retryFailed(askedBy(deps, request), roster))
  change('compare', (roster, request) =>
    startReconciliation(chargedTo(deps, request, roster.teamKey), { roster, dryRun: false }),
  )
}

/** Carried out in a moment, unless something holds the roster up. */
const SOON: ReadonlySet<string> = new Set(['resume', 'retry'])

const DONE: Record<string, [string, string]> = {
  pause: ['The roster is paused.', 'Changes are still recorded; nothing is carried out until it is resumed.'],
  resume: ['The roster is resumed.', 'What was waiting is carried out.'],
  retry: ['Everybody who failed will be tried again.', 'Look again in a moment.'],
  settings: ['The settings were changed.', 'They apply from the next change, list or reconciliation on.'],
  compare: ['The reconciliation with the group was requested.', 'See “Plans and reconciliations” for how it goes.'],
}

function toNotice(done: string | undefined, wait: WaitsFor | null): Html | undefined {
  const words = done === undefined || !Object.hasOwn(DONE, done) ? undefined : DONE[done]
  if (words === undefined || done === undefined) return undefined
  const [what, more] = words
  return notice('done', what, (SOON.has(done) ? laterWords(wait) : null) ?? more)
}

function matches(roster: Roster, q: string): boolean {
  if (q === '') return true
  return [roster.id, roster.app.name, roster.app.bundleId, roster.group.name].some((text) =>
    text.toLowerCase().includes(q),
  )
}

async function lookAt(deps: ApiDeps, roster: Roster): Promise<ListedRoster> {
  const [described, waitsFor, takenOut] = await Promise.all([
    describeRoster(deps, roster),
    explainRoster(deps, roster),
    countTakenOut(deps, roster),
  ])
  const health = tellHealth({ described, waitsFor, takenOut, now: deps.clock.now() })
  return { described, waitsFor, takenOut, health }
}

/** Who is wanted in and was taken out by hand. Their status is that of who left, and only a roster that puts nobody back has any. */
async function countTakenOut({ store }: ApiDeps, { id, teamKey, removedByHand }: Roster): Promise<number> {
  if (removedByHand === 'restore') return 0
  const members = store.members(teamKey, id)
  const records = await members.findMany(await members.observedNaming('removed_by_hand'))
  return records.filter((record) => record?.status === 'removed' && record.desired.present).length
}
