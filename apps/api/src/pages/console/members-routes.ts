import { MEMBER_STATUSES, type Roster, type WaitsFor } from '@flightroster/core/domain'
import {
  browseMembers,
  explainRoster,
  explainWaiting,
  exportSelected,
  requestForMany,
  selectMembers,
  type MemberSelection,
} from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { writeCsv } from '../../routes/members/list.ts'
import type { ApiServer } from '../../server.ts'
import { readForm } from '../forms.ts'
import { html, path, type Html } from '../html.ts'
import { notice } from '../layout.ts'
import { note } from '../note.ts'
import { CHANGE, LONG_OPERATOR_VIEW, SEARCHED_VIEW } from '../page-config.ts'
import { privacyOf, type Privacy } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { count } from '../words.ts'
import { createMemberNames } from './member-link.ts'
import { membersPage, membersQuery, PROBLEM_CODES, sortParam, sortsOf, type MembersView } from './members-page.ts'
import { laterWords } from './wait-notice.ts'
import { rosterIdOf } from './roster-routes.ts'
import { queryOf } from '../../request-texts.ts'

const PER_PAGE = 50

/** The people of a roster as somebody chose them: to look at page by page, as a file, or for something with all of them. */
export function membersRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/rosters/:rosterId/members', SEARCHED_VIEW, async (request, reply) => {
    const { page, done, of } = queryOf(request)
    const privacy = privacyOf(request.user)
    const view = readView(queryOf(request), privacy)
    const wait = done === undefined ? null : await explainRoster(deps, await getRoster(deps, rosterIdOf(request)))
    return sendMembers(deps, request, reply, { view, page: Number(page), about: doneWords(done, of, wait) })
  })

  app.get('/console/rosters/:rosterId/members.csv', LONG_OPERATOR_VIEW, async (request, reply) => {
    const roster = await getRoster(deps, rosterIdOf(request))
    const view = readView(queryOf(request), privacyOf(request.user))
    const rows = writeCsv(exportSelected(deps, roster, selectionOf(view)), view.status === 'removed')
    return reply
      .header('content-disposition', `attachment; filename="${roster.id}.csv"`)
      .type('text/csv; charset=utf-8')
      .send(Readable.from(rows))
  })

  for (const kind of ['retry', 'invite'] as const) {
    app.post(`/console/rosters/:rosterId/members/${kind}`, CHANGE, async (request, reply) => {
      deps.health.assertTakesWrites()
      const form = readForm(request)
      const roster = await getRoster(deps, rosterIdOf(request))
      const asked = { q: form.text('q'), status: form.text('status'), problem: form.text('problem') }
      const view = readView(asked, privacyOf(request.user))
      const members = await selectMembers(deps, roster, selectionOf(view))
      if (form.text('total') !== String(members.length)) {
        return sendMembers(deps, request, reply, { view, page: 1, about: othersNow(members.length), status: 409 })
      }
      const wanted = { roster, members, kind: kind === 'retry' ? kind : 'invitation', origin: 'console' } as const
      const { done } = await requestForMany(askedBy(deps, request), wanted)
      await note(deps, request, `members.${kind}`, `roster:${roster.id}`, `${done} of ${members.length}`)
      const here = path`/console/rosters/${roster.id}/members` + membersQuery(view)
      return reply.redirect(`${here}${here.includes('?') ? '&' : '?'}done=${kind}-${done}&of=${members.length}`, 303)
    })
  }
}

type Asked = Partial<Record<'q' | 'status' | 'problem' | 'sort', string>>

/** What can't be read is left out. */
function readView(asked: Asked, privacy: Privacy): MembersView {
  const views = sortsOf(privacy).flatMap((sort) => [
    { sort, isDown: false },
    { sort, isDown: true },
  ])
  return {
    q: (asked.q ?? '').trim().slice(0, 256),
    status: MEMBER_STATUSES.find((one) => one === asked.status),
    problem: PROBLEM_CODES.find((one) => one === asked.problem),
    ...(views.find((one) => sortParam(one) === asked.sort) ?? { sort: 'id', isDown: false }),
  }
}

const selectionOf = (view: MembersView): MemberSelection => view

const othersNow = (now: number) =>
  notice(
    'problem',
    'Nothing was done: other people match now than were shown.',
    html`<p>${count(now, 'person matches', 'people match')} now. Look at them, then try again.</p>`,
  )

/** `retry-37`, of so many. */
function doneWords(done: string | undefined, of: string | undefined, wait: WaitsFor | null): Html | undefined {
  const [, kind, asked] = /^(retry|invite)-(\d{1,7})$/.exec(done ?? '') ?? []
  if (asked === undefined || !/^\d{1,7}$/.test(of ?? '')) return undefined
  const [people, left] = [count(Number(asked), 'person', 'people'), Number(of) - Number(asked)]
  const said = kind === 'retry' ? `${people} will be tried again.` : `Apple will write to ${people} once more.`
  const why =
    kind === 'retry'
      ? 'gone since'
      : 'gone since, not on the roster any more, without an address, or written to within the last minute or ten times today'
  const rest = left > 0 ? `${count(left, 'person was', 'people were')} left out: ${why}. ` : ''
  return notice(
    'done',
    said,
    html`<p>${rest}${laterWords(wait, 'the page of the roster') ?? 'Look again in a moment.'}</p>`,
  )
}

interface Shown {
  view: MembersView
  page: number
  about?: Html | undefined
  status?: number
}

async function sendMembers(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, shown: Shown) {
  const roster: Roster = await getRoster(deps, rosterIdOf(request))
  const privacy = privacyOf(request.user)
  // A search that matched more than is shown would tell addresses and names letter by letter, by what it finds and by whether there is more.
  const selection = { ...selectionOf(shown.view), plainIds: !privacy.isOperator }
  const asked = { page: Math.trunc(shown.page) || 1, limit: PER_PAGE }
  const { members, records, total, page, pages } = await browseMembers(deps, roster, selection, asked)
  const text = membersPage({
    ...shown.view,
    user: request.user,
    privacy,
    now: deps.clock.now(),
    roster,
    members,
    waiting: await explainWaiting(deps, roster, records),
    total,
    page,
    pages,
    names: createMemberNames(deps.sealer),
    notice: shown.about,
  })
  return sendHtml(reply, text, shown.status)
}
