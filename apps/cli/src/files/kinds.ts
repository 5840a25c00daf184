import type { Args, Flightroster, Schemas } from '@flightroster/client'
import schema from './flightroster.schema.json' with { type: 'json' }

/** A thing as its file has it. */
export type Fields = Record<string, unknown>

/** One thing on the server. */
export interface Item {
  /** As its PUT takes them, without secrets. */
  fields: Fields
  /** Of a roster: testers in its group whom nobody put on it. */
  drift: number
}

/** What a kind of document is to the API. */
interface KindSpec {
  /** In words, and for folders of an export. */
  title: string
  folder: string
  /** Fields that the API never tells, and files only refer to. */
  secrets: readonly string[]
  /** True where a PUT without them is refused; else what the server has stays. */
  alwaysSendsSecrets: boolean
  /** Everything there is of it, by id. */
  list: (client: Flightroster) => Promise<Map<string, Item>>
  put: (client: Flightroster, id: string, body: Fields) => Promise<unknown>
  remove: (client: Flightroster, id: string) => Promise<unknown>
}

async function collect<T extends { id: string; drift?: number }>(
  items: AsyncIterable<T>,
  toFields: (item: T) => Fields,
) {
  const found = new Map<string, Item>()
  for await (const item of items) found.set(item.id, { fields: toFields(item), drift: item.drift ?? 0 })
  return found
}

/** Only what the PUT takes, whatever else a server tells of a roster. */
function rosterFields({ app, group, builds, seats, ...rest }: Schemas['Roster']): Fields {
  const known = new Set(Object.keys(schema.definitions.roster.properties))
  const settings = Object.entries(rest).filter(([name]) => known.has(name) && name !== 'id')
  return {
    ...Object.fromEntries(settings),
    builds: builds.mode,
    seats: { reserve: seats.reserve, priority: seats.priority },
    app: { id: app.id, bundleId: app.bundleId },
    group: { id: group.id, name: group.name },
  }
}

function webhookFields({ url, types, rosters, includeEmail, includeLink }: Schemas['Webhook']): Fields {
  return { url, types, rosters, includeEmail, includeLink }
}

/** In the order in which they are made: what is referred to comes first. Deleted in the opposite order. */
export const KINDS = {
  teamKey: {
    title: 'team key',
    folder: 'team-keys',
    secrets: ['privateKey'],
    alwaysSendsSecrets: true,
    list: (client) => collect(client.all.listTeamKeys(), ({ issuerId, keyId }) => ({ issuerId, keyId })),
    put: (client, id, body) => client.putTeamKey({ teamKeyId: id, body: body as Args<'putTeamKey'>['body'] }),
    remove: (client, id) => client.deleteTeamKey({ teamKeyId: id }),
  },
  roster: {
    title: 'roster',
    folder: 'rosters',
    secrets: [],
    alwaysSendsSecrets: false,
    list: (client) => collect(client.all.listRosters(), rosterFields),
    put: (client, id, body) => client.putRoster({ rosterId: id, body: body as Args<'putRoster'>['body'] }),
    remove: (client, id) => client.deleteRoster({ rosterId: id, testers: 'keep' }),
  },
  webhook: {
    title: 'webhook',
    folder: 'webhooks',
    secrets: [],
    alwaysSendsSecrets: false,
    list: (client) => collect(client.all.listWebhooks(), webhookFields),
    put: (client, id, body) => client.putWebhook({ webhookId: id, body: body as Args<'putWebhook'>['body'] }),
    remove: (client, id) => client.deleteWebhook({ webhookId: id }),
  },
  notice: {
    title: 'notice',
    folder: 'notices',
    secrets: ['target'],
    alwaysSendsSecrets: true,
    list: (client) =>
      collect(client.all.listNotices(), ({ kind, types, rosters }) => ({ noticeKind: kind, types, rosters })),
    put: (client, id, { noticeKind, ...body }) =>
      client.putNotice({ noticeId: id, body: { kind: noticeKind, ...body } as Args<'putNotice'>['body'] }),
    remove: (client, id) => client.deleteNotice({ noticeId: id }),
  },
  source: {
    title: 'source',
    folder: 'sources',
    secrets: ['secret'],
    alwaysSendsSecrets: false,
    list: (client) =>
      collect(client.all.listSources(), ({ kind, rosters, signature, map }) => ({
        sourceKind: kind,
        rosters,
        ...(kind === 'generic' ? { signature, map } : {}),
      })),
    put: (client, id, { sourceKind, ...body }) =>
      client.putSource({ sourceId: id, body: { kind: sourceKind, ...body } as Args<'putSource'>['body'] }),
    remove: (client, id) => client.deleteSource({ sourceId: id }),
  },
} satisfies Record<string, KindSpec>

/** What a document of a file is about. */
export type Kind = keyof typeof KINDS

/** Every kind, in the order in which things are made. */
export const KIND_NAMES = Object.keys(KINDS) as Kind[]

/** Whether a word names a kind. */
export const isKind = (word: unknown): word is Kind => typeof word === 'string' && Object.hasOwn(KINDS, word)

/** How things of a kind are read, compared and written. */
export const specOf = (kind: Kind): KindSpec => KINDS[kind]

/** What there is on the server, by kind and id. */
export type ServerState = Record<Kind, Map<string, Item>>

/** Everything of every kind on the server. */
export async function readServer(client: Flightroster): Promise<ServerState> {
  const lists = await Promise.all(KIND_NAMES.map((kind) => specOf(kind).list(client)))
  return Object.fromEntries(KIND_NAMES.map((kind, at) => [kind, lists[at]])) as unknown as ServerState
}
