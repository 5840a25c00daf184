import type { TeamKey } from '@flightroster/core/domain'
import {
  checkTeamKey,
  deleteTeamKey,
  getTeamKey,
  putTeamKey,
  type Finding,
} from '@flightroster/core/usecases/team-keys'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { onBehalfOf } from '../../../on-behalf-of.ts'
import type { ApiServer } from '../../../server.ts'
import { readForm, type Form } from '../../forms.ts'
import { html, path, type Html } from '../../html.ts'
import { AlreadyThere, assertNew, wasSentBefore } from '../../making.ts'
import { note } from '../../note.ts'
import { CHANGE, OPERATOR_VIEW } from '../../page-config.ts'
import { sendHtml } from '../../send-html.ts'
import { alreadyConnected, keyPage } from './key-page.ts'
import { readKey, type Fault, type NewKey } from './read-key.ts'
import { queryOf } from '../../../request-texts.ts'

/** A .p8 file is a few hundred bytes. */
const WITH_FILE = { ...CHANGE, config: { ...CHANGE.config, takesFiles: true }, bodyLimit: 128 * 1024 }

export function keyRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/connect', OPERATOR_VIEW, async (request, reply) => sendKeyPage(deps, request, reply, {}))

  app.get('/console/connect/known', OPERATOR_VIEW, async (request, reply) => {
    const { teamKey } = queryOf(request)
    return reply.redirect(path`/console/connect/${(await getTeamKey(deps, teamKey ?? '')).id}/app`, 303)
  })

  app.post('/console/connect', WITH_FILE, async (request, reply) => {
    const form = readForm(request)
    const { key, faults } = readKey({
      name: form.text('name'),
      issuerId: form.text('issuerId'),
      keyId: form.text('keyId'),
      privateKey: form.raw('privateKey'),
      file: form.file('file'),
    })
    const isAgain = await wasSentBefore(deps, request)
    const taken = await findTaken(deps, key)
    // A second press of the button asks once more whether the key works, and leads on.
    if (isAgain && taken?.same?.id === key.id && faults.length === 0) {
      const usable = isUsable(await checkTeamKey(onBehalfOf(deps, request), taken.same))
      if (usable) return reply.redirect(path`/console/connect/${key.id}/app`, 303)
    }
    const all = taken ? [...faults, taken.fault] : faults
    if (all.length > 0) return sendKeyPage(deps, request, reply, { form, faults: all, hint: taken?.hint })
    const teamKey = await addKey(deps, key)
    if (teamKey === undefined) return sendKeyPage(deps, request, reply, { form, faults: [nameTaken(key.id)] })
    const findings = await checkTeamKey(onBehalfOf(deps, request), teamKey)
    if (!isUsable(findings)) {
      // Nothing uses it yet: a key that does not work would only be in the way.
      await deleteTeamKey(deps, teamKey.id)
      return sendKeyPage(deps, request, reply, { form, findings, hint: hintOf(findings) })
    }
    await note(deps, request, 'team_key.put', `team-key:${teamKey.id}`, `key ${teamKey.keyId}`)
    return reply.redirect(path`/console/connect/${teamKey.id}/app`, 303)
  })
}

/** A clock that is off is told and stops nobody: tokens are corrected by it. */
function isUsable(findings: readonly Finding[]): boolean {
  return findings.every(({ check, ok }) => check === 'clock' || ok === true)
}

/** Undefined where somebody else has just given a key this name. */
async function addKey(deps: ApiDeps, key: NewKey): Promise<TeamKey | undefined> {
  try {
    return (await putTeamKey(deps, { ...key, assertSeen: assertNew })).teamKey
  } catch (error) {
    if (error instanceof AlreadyThere) return undefined
    throw error
  }
}

interface Taken {
  fault: Fault
  hint?: Html
  /** The one that is this very key. */
  same?: TeamKey
}

async function findTaken(deps: ApiDeps, key: NewKey): Promise<Taken | undefined> {
  const all = await deps.store.teamKeys.list()
  const same = all.find(
    ({ keyId, issuerId }) => keyId === key.keyId && issuerId.toLowerCase() === key.issuerId.toLowerCase(),
  )
  if (same) {
    const problem = `This key is already connected, as “${same.id}”: a second copy would count Apple's quota twice.`
    return {
      fault: { field: 'keyId', problem, fix: 'Use the key that is already connected.' },
      hint: alreadyConnected(same.id),
      same,
    }
  }
  return all.some(({ id }) => id === key.id) ? { fault: nameTaken(key.id) } : undefined
}

function nameTaken(id: string): Fault {
  const fix = `Choose another name. To replace the key behind “${id}”, send the new one to PUT /v1/team-keys/${id}.`
  return { field: 'name', problem: 'Another key has this name.', fix }
}

/** Apple gives one and the same 401 for all of these. */
function hintOf(findings: readonly Finding[]): Html | undefined {
  const refused = findings.find(({ ok }) => ok === false)
  if (refused?.check === 'key_accepted') {
    return html`<p>Apple refuses these three together, and does not say which is wrong. One after the other:</p>
      <ol>
        <li>
          Is it an <strong>individual key</strong>? Those stand under “Individual Keys” and never work here: make a
          <strong>team key</strong>.
        </li>
        <li>Is the key still in the list? A revoked key is not: make another one.</li>
        <li>Does the file belong to this Key ID? Its name is AuthKey_<em>Key ID</em>.p8.</li>
        <li>Is the Issuer ID the one above this very list? Each team has its own.</li>
      </ol>`
  }
  if (refused?.check === 'role') {
    return html`<p>
      The key works, but its role is too weak. Roles of a key cannot be changed: make a new key with the role
      <strong>App Manager</strong>, and revoke this one.
    </p>`
  }
  return undefined
}

interface Again {
  form?: Form
  faults?: readonly Fault[]
  findings?: readonly Finding[]
  hint?: Html | undefined
}

async function sendKeyPage(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, again: Again) {
  const { form, faults = [], findings = [], hint } = again
  const teamKeys: TeamKey[] = await deps.store.teamKeys.list()
  const text = (name: string) => form?.text(name) ?? ''
  const page = keyPage({
    user: request.user,
    teamKeys,
    values: { name: text('name'), issuerId: text('issuerId'), keyId: text('keyId') },
    faults,
    findings,
    hint,
  })
  return sendHtml(reply, page, faults.length + findings.length > 0 ? 422 : 200)
}
