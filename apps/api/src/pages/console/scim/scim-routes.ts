import type { Roster } from '@flightroster/core/domain'
import { AppError, isAppError } from '@flightroster/core/errors'
import { getRoster, putRoster } from '@flightroster/core/usecases/rosters'
import {
  bindScimGroup,
  listScimGroups,
  listScimNotes,
  previewScimGroup,
  type ListedScimGroup,
} from '@flightroster/core/usecases/scim'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { askedBy, onBehalfOf } from '../../../on-behalf-of.ts'
import { policies } from '../../../routes/rosters/schema.ts'
import type { ApiServer } from '../../../server.ts'
import { readForm } from '../../forms.ts'
import { html, query, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'
import { note } from '../../note.ts'
import { CHANGE, OPERATOR_VIEW, VIEW } from '../../page-config.ts'
import { errorNotice } from '../../page-errors.ts'
import { privacyOf } from '../../privacy.ts'
import { sendHtml } from '../../send-html.ts'
import { ChangedMeanwhile } from '../../edition.ts'
import { assertPolicies, policiesOf } from '../roster-policies.ts'
import { scimGroupHref, scimGroupPage, scimListPage } from './scim-pages.ts'
import { paramOf, queryOf } from '../../../request-texts.ts'

const PER_PAGE = 100

/** Groups that identity providers pushed; what binding one would do, by name, and then the binding. */
export function scimPageRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/scim', VIEW, async (request, reply) => {
    const all = await listScimGroups(deps)
    const pages = Math.max(1, Math.ceil(all.length / PER_PAGE))
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(queryOf(request).page)) || 1))
    const groups = all.slice((page - 1) * PER_PAGE, page * PER_PAGE)
    const notes = (await listScimNotes(deps)).slice(0, PER_PAGE)
    const privacy = privacyOf(request.user)
    return sendHtml(reply, scimListPage({ user: request.user, privacy, groups, total: all.length, page, pages, notes }))
  })

  app.get('/console/scim/groups/:groupId', OPERATOR_VIEW, async (request, reply) => {
    const { roster, done } = queryOf(request)
    const words = done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined
    return sendGroup(deps, request, reply, { roster, about: words && notice('done', ...words) })
  })

  app.post('/console/scim/groups/:groupId/bind', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const { group, rosters, reach } = await groupOf(deps, request)
    const roster = await getRoster(deps, form.text('roster'))
    if (rosters.includes(roster.id) || !mayTake(reach, roster)) throw new AppError('conflict')
    const name = nameOf(group)
    const { add, remove } = await previewScimGroup(deps, roster, name)
    if (form.text('add') !== String(add) || form.text('remove') !== String(remove)) {
      return sendGroup(deps, request, reply, { roster: roster.id, about: movedOn(), status: 409 })
    }
    const fault = await nameGroup(deps, request, roster, name)
    if (fault) return sendGroup(deps, request, reply, { roster: roster.id, about: fault, status: 409 })
    return reply.redirect(scimGroupHref(group.id) + query({ done: 'bind' }), 303)
  })

  app.post('/console/scim/groups/:groupId/unbind', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const { group, rosters } = await groupOf(deps, request)
    const roster = await getRoster(deps, readForm(request).text('roster'))
    if (!rosters.includes(roster.id)) throw new AppError('conflict')
    const fault = await nameGroup(deps, request, roster, null)
    if (fault) return sendGroup(deps, request, reply, { about: fault, status: 409 })
    return reply.redirect(scimGroupHref(group.id) + query({ done: 'unbind' }), 303)
  })
}

const DONE: Record<string, [string, Html]> = {
  bind: [
    'The group is bound.',
    html`<p>
      Its people are on their way to the roster. Who has no address waits: the page of each here makes the link to their
      own page, where they give it.
    </p>`,
  ],
  unbind: ['The roster is unbound.', html`<p>The people whom it has stay.</p>`],
}

const movedOn = () =>
  notice(
    'problem',
    'The group or the roster has changed since this was shown.',
    html`<p>This is what it would do now. Nothing was done yet.</p>`,
  )

async function groupOf(deps: ApiDeps, request: FastifyRequest): Promise<ListedScimGroup> {
  const groupId = paramOf(request, 'groupId')
  const found = (await listScimGroups(deps)).find(({ group }) => group.id === groupId)
  if (!found) throw new AppError('not_found', { message: 'This group is gone: the provider has deleted it.' })
  return found
}

const mayTake = (reach: ListedScimGroup['reach'], { id, deleting }: Roster) =>
  !deleting && (reach === null || reach.includes(id))

/** As the settings name it: by its name, where that is one that settings take. */
function nameOf({ displayName, externalId }: ListedScimGroup['group']): string {
  for (const name of [displayName, externalId]) {
    const parsed = policies.scimGroup.safeParse(name)
    if (parsed.success && parsed.data !== null) return parsed.data
  }
  throw new AppError('request_invalid', {
    message: 'Neither the name nor the id of this group can stand in settings: give it a shorter name at the provider.',
  })
}

/** Undefined once the roster's settings name it. */
async function nameGroup(
  deps: ApiDeps,
  request: FastifyRequest,
  roster: Roster,
  scimGroup: string | null,
): Promise<Html | undefined> {
  const { id, teamKey, app, group } = roster
  const input = { id, teamKey, app: { id: app.id }, group: { id: group.id }, ...policiesOf(roster), scimGroup }
  try {
    await bindScimGroup(askedBy(deps, request), id, scimGroup, () =>
      putRoster(onBehalfOf(deps, request), input, undefined, assertPolicies(roster)),
    )
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return movedOn()
    if (isAppError(error, 'conflict')) return errorNotice(error)
    throw error
  }
  await note(deps, request, 'roster.put', `roster:${id}`, scimGroup === null ? 'no SCIM group' : 'SCIM group')
  return undefined
}

interface Shown {
  roster?: string | undefined
  about?: Html | undefined
  status?: number
}

async function sendGroup(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, shown: Shown) {
  const listed = await groupOf(deps, request)
  const rosters = (await deps.store.rosters.list()).filter(
    (roster) => mayTake(listed.reach, roster) && !listed.rosters.includes(roster.id),
  )
  const roster = rosters.find(({ id }) => id === shown.roster)
  const page = scimGroupPage({
    user: request.user,
    privacy: privacyOf(request.user),
    listed,
    choices: rosters.map(({ id }) => id).sort(),
    chosen: roster && {
      roster: roster.id,
      formerGroup: roster.scimGroup ?? null,
      preview: await previewScimGroup(deps, roster, nameOf(listed.group)),
    },
    notice: shown.about,
  })
  return sendHtml(reply, page, shown.status ?? 200)
}
