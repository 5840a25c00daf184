import type { Flightroster } from '@flightroster/client'
import type { Plan } from './make-plan.ts'

/** What becomes of a roster's people by a change of the SCIM group that it names. */
export interface Outlook {
  roster: string
  /** null: the roster is unbound, and its people stay. */
  group: string | null
  add: number
  remove: number
  unchanged: number
  /** People of the roster who came otherwise; they stay. */
  others: number
  /** Of those who are added: who waits for an address. */
  withoutAddress: number
  /** The removals wait for an approval. */
  held: boolean
}

type Asked = Pick<Flightroster, 'previewScimGroup'> & { all: Pick<Flightroster['all'], 'listPushedGroups'> }

/** Of each roster that would name another SCIM group than now. Changes nothing. */
export async function readOutlooks(client: Asked, { changes }: Pick<Plan, 'changes'>): Promise<Outlook[]> {
  const outlooks: Outlook[] = []
  for (const { kind, id, action, fields } of changes) {
    const group = kind === 'roster' ? fields.find(({ path }) => path[0] === 'scimGroup')?.to : undefined
    if (action === 'delete' || group === undefined || (group === null && action === 'create')) continue
    if (typeof group !== 'string') outlooks.push({ ...NOBODY, roster: id, group: null })
    else outlooks.push(action === 'create' ? await ofNew(client, id, group) : await ofKnown(client, id, group))
  }
  return outlooks
}

const NOBODY = { add: 0, remove: 0, unchanged: 0, others: 0, withoutAddress: 0, held: false }

async function ofKnown(client: Asked, roster: string, group: string): Promise<Outlook> {
  const { plan, others, withoutAddress, held } = await client.previewScimGroup({ roster, group })
  return { roster, group, ...plan, others, withoutAddress, held }
}

/** A roster that is not there yet can't be asked about: everybody in the group would be added. */
async function ofNew(client: Asked, roster: string, group: string): Promise<Outlook> {
  const name = group.trim().toLowerCase()
  let add = 0
  for await (const { displayName, externalId, members } of client.all.listPushedGroups()) {
    if (displayName.trim().toLowerCase() === name || externalId === group.trim()) add += members
  }
  return { ...NOBODY, roster, group, add }
}
