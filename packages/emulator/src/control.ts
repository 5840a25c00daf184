import type { FastifyInstance, FastifyReply } from 'fastify'
import { parseRule } from './faults.ts'
import type { NewKey, Role } from './keys.ts'
import { roles } from './keys.ts'
import type { Parts } from './pipeline.ts'
import { reviewStates } from './records.ts'
import type { ReviewState } from './records.ts'
import type { Scripting, SeedUsage } from './scripting.ts'
import type { SeedApp, SeedBuild, SeedGroup, SeedPublicTester, SeedTester } from './seed.ts'
import { settingsFaults } from './settings.ts'
import type { SettingsPatch } from './settings.ts'
import type { AppDevice } from './usage.ts'

type Handler = (input: Record<string, unknown>, id: string) => unknown

/**
 * The scripting calls over HTTP, under `/_control`. Guarded by nothing: keep the emulator on the loopback address, or
 * in a network of its own.
 */
export function controlRoutes(app: FastifyInstance, parts: Parts, script: Scripting): void {
  const route = (method: 'GET' | 'POST' | 'DELETE', path: string, handler: Handler): void => {
    app.route({
      method,
      url: `/_control${path}`,
      handler: async (request, reply) => {
        const id = (request.params as { id?: string }).id ?? ''
        return await answer(reply, async () => await handler(input(request.body), id))
      },
    })
  }
  lookRoutes(route, parts, script)
  faultRoutes(route, parts, script)
  testerRoutes(route, script)
  inventoryRoutes(route, script)
  keyRoutes(route, script)
}

type Route = (method: 'GET' | 'POST' | 'DELETE', path: string, handler: Handler) => void

class BadInput extends Error {}

function input(body: unknown): Record<string, unknown> {
  if (typeof body !== 'string' || body === '') return {}
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below, together with JSON that is not an object.
  }
  throw new BadInput('The body must be a JSON object')
}

async function answer(reply: FastifyReply, work: () => Promise<unknown>): Promise<FastifyReply> {
  void reply.header('content-type', 'application/json')
  try {
    const result = await work()
    return reply.send(JSON.stringify(result ?? { ok: true }))
  } catch (error) {
    // Whatever a scripting call refuses is a mistake of the one who asked.
    return reply.code(400).send(JSON.stringify({ error: (error as Error).message }))
  }
}

function text(input: Record<string, unknown>, name: string): string {
  const value = input[name]
  if (typeof value !== 'string' || value === '') throw new BadInput(`${name} must be given, as a text`)
  return value
}

const optional = (input: Record<string, unknown>, name: string): string | undefined =>
  input[name] === undefined ? undefined : text(input, name)

function lookRoutes(route: Route, parts: Parts, script: Scripting): void {
  route('GET', '/state', () => ({
    apps: script
      .apps()
      .map(({ groups, builds, ...app }) => ({ ...app, groups: [...groups.keys()], builds: [...builds.keys()] })),
    groups: script.groups().map(({ builds, ...group }) => ({
      ...group,
      builds: [...builds.keys()],
      members: script.groupMembers(group.id),
    })),
    builds: script.builds().map(({ groups, ...build }) => ({ ...build, groups: [...groups.keys()] })),
    testers: script.testers(),
    // Without private keys: the state may end up in a log.
    keys: [...parts.keys.byId.values()].map(({ keyId, issuerId, role, revoked }) => ({
      keyId,
      issuerId,
      role,
      revoked,
    })),
    webhooks: [...parts.world.webhooks.values()].map((webhook) => ({ ...webhook, secret: undefined })),
    settings: parts.settings,
  }))
  route('GET', '/calls', () => script.calls())
  route('GET', '/mails', () => script.mails())
  route('GET', '/violations', () => script.violations())
  route('GET', '/deliveries', () => script.deliveries())
  route('POST', '/reset-ledgers', () => script.resetLedgers())
  route('POST', '/settings', (input) => {
    const faults = settingsFaults(input)
    if (faults.length > 0) throw new BadInput(faults.join('; '))
    script.settings(input as SettingsPatch)
    return parts.settings
  })
}

function faultRoutes(route: Route, parts: Parts, script: Scripting): void {
  route('GET', '/faults', () => script.faults())
  route('POST', '/faults', (input) => {
    const parsed = parseRule(input)
    if ('faults' in parsed) throw new BadInput(parsed.faults.join('; '))
    return script.failNext(parsed.rule)
  })
  route('DELETE', '/faults', () => script.clearFaults())
  route('DELETE', '/faults/:id', (_, id) => script.clearFaults(id))
  route('POST', '/quota/spend', (input) => {
    if (typeof input.calls !== 'number') throw new BadInput('calls must be a number')
    script.spendQuota(text(input, 'keyId'), input.calls)
    return parts.quota.used(text(input, 'keyId'), parts.clock.now())
  })
}

function testerRoutes(route: Route, script: Scripting): void {
  route('GET', '/groups/:id/members', (_, id) => script.groupMembers(id))
  const add: Handler = (input) =>
    script.addTester(text(input, 'groupId'), { ...(input as unknown as SeedTester), email: text(input, 'email') })
  route('POST', '/testers', add)
  route('POST', '/memberships', add)
  route('POST', '/testers/state', (input) => {
    const state = input.state === null ? null : text(input, 'state')
    script.setState(text(input, 'tester'), state, optional(input, 'appId'))
  })
  route('POST', '/testers/public', (input) =>
    script.addPublicTester(text(input, 'groupId'), input as unknown as SeedPublicTester),
  )
  route('POST', '/testers/usage', (input) => {
    const usage = input.usage as SeedUsage | SeedUsage[] | 'gap' | undefined
    if (usage === undefined) throw new BadInput('usage must be an entry, a list of them, or "gap"')
    script.setUsage(text(input, 'tester'), usage, optional(input, 'appId'))
  })
  route('POST', '/testers/devices', (input) => {
    if (input.devices !== null && !Array.isArray(input.devices)) throw new BadInput('devices must be a list, or null')
    script.setDevices(text(input, 'tester'), input.devices as AppDevice[] | null, optional(input, 'appId'))
  })
  const remove: Handler = (input) => {
    const groupId = optional(input, 'groupId')
    const from = groupId === undefined ? { appId: text(input, 'appId') } : { groupId }
    script.removeTester(text(input, 'tester'), from)
  }
  route('DELETE', '/testers', remove)
  route('DELETE', '/memberships', remove)
  route('POST', '/accounts', (input) => script.bindAccount(input.emails as string[]))
  route('POST', '/users', (input) => script.addUsers(input.emails as string[], optional(input, 'issuerId')))
}

function inventoryRoutes(route: Route, script: Scripting): void {
  route('POST', '/apps', (input) => {
    text(input, 'bundleId')
    const { id, issuerId, name, bundleId } = script.addApp(input as unknown as SeedApp)
    return { id, issuerId, name, bundleId }
  })
  route('POST', '/groups', (input) => {
    const { appId, ...seed } = input
    text(input, 'name')
    const { id, name } = script.addGroup(text({ appId }, 'appId'), seed as unknown as SeedGroup)
    return { id, name }
  })
  route('DELETE', '/groups/:id', (_, id) => script.removeGroup(id))
  route('POST', '/builds', (input) => {
    const { appId, ...seed } = input
    const { id, version } = script.addBuild(text({ appId }, 'appId'), seed as SeedBuild)
    return { id, version }
  })
  route('POST', '/builds/:id', (input, id) => script.updateBuild(id, input))
  route('POST', '/builds/:id/expire', (_, id) => script.expireBuild(id))
  route('POST', '/builds/:id/release', (_, id) => script.releaseBuild(id))
  route('POST', '/builds/:id/review', (input, id) => {
    const state = reviewStates.find((one) => one === input.state)
    if (!state) throw new BadInput(`state must be one of ${reviewStates.join(', ')}`)
    script.setReview(id, state satisfies ReviewState)
  })
  route('POST', '/webhooks/fire', (input) =>
    script.fireWebhook(text(input, 'appId'), text(input, 'type'), input.instance as { type: string; id: string }),
  )
}

function keyRoutes(route: Route, script: Scripting): void {
  route('POST', '/keys', (input) => script.addKey(input as NewKey))
  route('POST', '/keys/:id/revoke', (_, id) => script.revokeKey(id))
  route('POST', '/keys/:id/restore', (_, id) => script.restoreKey(id))
  route('POST', '/keys/:id/role', (input, id) => {
    const role = roles.find((one) => one === input.role)
    if (!role) throw new BadInput(`role must be one of ${roles.join(', ')}`)
    script.setRole(id, role satisfies Role)
  })
  route('POST', '/agreements', (input) => script.setAgreementsOk(input.ok !== false, optional(input, 'issuerId')))
  route('POST', '/membership', (input) => script.setMembershipOk(input.ok !== false, optional(input, 'issuerId')))
}
