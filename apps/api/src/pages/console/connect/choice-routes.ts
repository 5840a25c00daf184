import type { TeamKey } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { checkTeamKey, getTeamKey, listApps, listGroups, openSession } from '@flightroster/core/usecases/team-keys'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { onBehalfOf, type AskingDeps } from '../../../on-behalf-of.ts'
import type { ApiServer } from '../../../server.ts'
import { html, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'
import { OPERATOR_VIEW } from '../../page-config.ts'
import { sendHtml } from '../../send-html.ts'
import { appPage } from './app-page.ts'
import { groupPage, whyNot } from './group-page.ts'
import { rulesPage } from './rules-page.ts'
import { paramOf, queryOf } from '../../../request-texts.ts'

export const teamKeyOf = (deps: ApiDeps, request: FastifyRequest) => getTeamKey(deps, paramOf(request, 'teamKeyId'))

export function choiceRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/connect/:teamKeyId/app', OPERATOR_VIEW, async (request, reply) => {
    const teamKey = await teamKeyOf(deps, request)
    const asking = onBehalfOf(deps, request)
    const findings = await checkTeamKey(asking, teamKey)
    const isRefused = findings.some(({ check, ok }) => check !== 'clock' && ok !== true)
    const [apps, rosters] = await Promise.all([isRefused ? [] : listApps(asking, teamKey), deps.store.rosters.list()])
    const shown = apps
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((one) => ({ ...one, rosters: rosters.filter((roster) => roster.app.id === one.id).length }))
    return sendHtml(reply, appPage({ user: request.user, teamKey: teamKey.id, findings, apps: shown }))
  })

  app.get('/console/connect/:teamKeyId/group', OPERATOR_VIEW, async (request, reply) => {
    const { app: appId = '' } = queryOf(request)
    return sendGroups(deps, request, reply, appId)
  })

  app.get('/console/connect/:teamKeyId/rules', OPERATOR_VIEW, async (request, reply) => {
    const { app: appId = '', group: groupId = '', name = '' } = queryOf(request)
    const teamKey = await teamKeyOf(deps, request)
    const choice = await readChoice(onBehalfOf(deps, request), teamKey, appId, groupId, name.trim())
    if ('problem' in choice) return sendGroups(deps, request, reply, appId, choice.problem)
    const rosterId = await freeRosterId(deps, choice.group.name)
    return sendHtml(reply, rulesPage({ user: request.user, teamKey: teamKey.id, ...choice, rosterId }))
  })
}

export async function sendGroups(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  appId: string,
  problem?: Html,
): Promise<FastifyReply> {
  const teamKey = await teamKeyOf(deps, request)
  const asking = onBehalfOf(deps, request)
  const app = await findApp(asking, teamKey, appId)
  const groups = await listGroups(asking, teamKey, app.id)
  return sendHtml(
    reply,
    groupPage({ user: request.user, teamKey: teamKey.id, app, groups, problem }),
    problem ? 422 : 200,
  )
}

async function findApp(deps: AskingDeps, teamKey: TeamKey, appId: string): Promise<{ id: string; name: string }> {
  const [app] = appId === '' ? [] : await openSession(deps, teamKey).findApps({ id: appId })
  if (!app) throw new AppError('app_not_found', { message: 'The team key sees no such app; choose one again.' })
  return app
}

type Choice = {
  app: { id: string; name: string }
  group: { id: string; name: string } | { name: string; create: true }
}

/** The group as it was chosen, or why it cannot be. */
export async function readChoice(
  deps: AskingDeps,
  teamKey: TeamKey,
  appId: string,
  groupId: string,
  name: string,
): Promise<Choice | { problem: Html }> {
  const app = await findApp(deps, teamKey, appId)
  if (groupId === '') return { problem: notice('problem', 'Choose a group.') }
  if (groupId === 'new') {
    if (name === '') return { problem: notice('problem', 'Give the new group a name.') }
    return { app, group: { name, create: true } }
  }
  const group = await openSession(deps, teamKey).getGroup(groupId)
  const why = whyNot({ isInternal: group.isInternal, roster: await deps.store.groups.holder(group.id) })
  if (why) return { problem: notice('problem', `“${group.name}” is not possible.`, html`<p>It is ${why}</p>`) }
  return { app, group: { id: group.id, name: group.name } }
}

/** From the group's name: `Beta – Gold` is `beta-gold`. */
async function freeRosterId(deps: ApiDeps, name: string): Promise<string> {
  const slug =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 56) || 'roster'
  for (let at = 1; ; at++) {
    const id = at === 1 ? slug : `${slug}-${at}`
    if (!(await deps.store.rosters.find(id))) return id
  }
}
