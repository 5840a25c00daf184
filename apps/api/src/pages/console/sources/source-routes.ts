import type { Source } from '@flightroster/core/domain'
import { isAppError } from '@flightroster/core/errors'
import { deleteSource, getSource, listSources, putSource, tryPayload } from '@flightroster/core/usecases/sources'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { parseItem } from '../../../routes/sources/parse-item.ts'
import { payloadReader } from '../../../routes/sources/receive.ts'
import { sourceBody, sourceUrl } from '../../../routes/sources/schema.ts'
import type { ApiServer } from '../../../server.ts'
import { assertEdition, ChangedMeanwhile, changedNotice } from '../../edition.ts'
import { readForm } from '../../forms.ts'
import { path, query, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'
import { note } from '../../note.ts'
import { CHANGE, VIEW } from '../../page-config.ts'
import { errorNotice } from '../../page-errors.ts'
import { privacyOf } from '../../privacy.ts'
import { AlreadyThere, assertNew, wasSentBefore } from '../../making.ts'
import { doneNotice, newIdFault, takenFault } from '../../record-list.ts'
import { sendHtml } from '../../send-html.ts'
import {
  bodyOf,
  draftFault,
  draftOf,
  kindIn,
  NEW_SOURCE,
  readSourceDraft,
  seenOf,
  SOURCE_LABELS,
  type SourceDraft,
} from './source-form.ts'
import { sourcePage, sourcesPage, type Trial } from './source-pages.ts'
import { paramOf } from '../../../request-texts.ts'
import { readShape } from '../../../schemas/read-shape.ts'

const sourceIdOf = (request: FastifyRequest) => paramOf(request, 'sourceId')

/** Sources as over REST. Viewers see what is connected and what came, without addresses; the rest is for operators. */
export function sourcePageRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/sources', VIEW, async (request, reply) =>
    sendList(deps, request, reply, { about: doneNotice({ delete: 'The source was deleted.' }, request.query) }),
  )

  app.post('/console/sources', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const draft = readSourceDraft(form, { id: form.text('id'), kind: kindIn(form) })
    const idFault = newIdFault(draft.id)
    if (idFault) return sendList(deps, request, reply, { draft, about: idFault, status: 422 })
    const here = path`/console/sources/${draft.id}`
    const isAgain = await wasSentBefore(deps, request)
    try {
      const fault = await save(deps, draft, form.raw('secret'), null, assertNew)
      if (fault) return sendList(deps, request, reply, { draft, about: fault, status: 422 })
      await note(deps, request, 'source.put', `source:${draft.id}`)
    } catch (error) {
      if (!(error instanceof AlreadyThere)) throw error
      const about = takenFault('source', draft.id, here)
      if (!isAgain) return sendList(deps, request, reply, { draft, about, status: 409 })
    }
    return reply.redirect(here + query({ done: 'put' }), 303)
  })

  app.get('/console/sources/:sourceId', VIEW, async (request, reply) =>
    sendOne(deps, request, reply, { about: doneNotice(DONE, request.query) }),
  )

  app.post('/console/sources/:sourceId', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const { id, kind, within } = await getSource(deps, sourceIdOf(request))
    const form = readForm(request)
    const draft = readSourceDraft(form, { id, kind })
    try {
      const assertSeen = (current: Source) => assertEdition(form, seenOf(current))
      const fault = await save(deps, draft, form.raw('secret'), within, assertSeen)
      if (fault) return sendOne(deps, request, reply, { draft, about: fault, status: 422 })
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error
      const about = changedNotice(SOURCE_LABELS, draft, draftOf(await getSource(deps, id)))
      return sendOne(deps, request, reply, { draft, about, status: 409 })
    }
    await note(deps, request, 'source.put', `source:${id}`)
    return reply.redirect(path`/console/sources/${id}` + query({ done: 'change' }), 303)
  })

  app.post('/console/sources/:sourceId/try', CHANGE, async (request, reply) => {
    const form = readForm(request)
    const trial = { payload: form.raw('payload'), event: form.text('event') }
    const outcome = await tryIt(app, deps, request, trial)
    return sendOne(deps, request, reply, { trial: { ...trial, outcome }, status: 'fault' in outcome ? 422 : 200 })
  })

  app.post('/console/sources/:sourceId/delete', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    await deleteSource(deps, sourceIdOf(request))
    await note(deps, request, 'source.delete', `source:${sourceIdOf(request)}`)
    return reply.redirect('/console/sources?done=delete', 303)
  })
}

const DONE: Record<string, string> = {
  put: 'Made. Paste its address into the membership system, then try a payload.',
  change: 'Saved. Changed plans take effect for each person with their next payload.',
}

/** What is wrong with it, or undefined once it is saved. */
async function save(
  deps: ApiDeps,
  draft: SourceDraft,
  secret: string,
  within: Source['within'],
  assertSeen: (current: Source) => void,
): Promise<Html | undefined> {
  const body = bodyOf(draft, secret)
  if (typeof body === 'string') return notice('problem', 'Nothing was saved.', body)
  const parsed = readShape(sourceBody, body)
  if (!parsed.success) return draftFault(parsed.error)
  const generic = parsed.data.kind === 'generic' ? parsed.data : { signature: null, map: null }
  const { kind, secret: given, rosters } = parsed.data
  const { signature, map } = generic
  try {
    await putSource(deps, { id: draft.id, kind, secret: given, rosters, signature, map, within, assertSeen })
    return undefined
  } catch (error) {
    if (isAppError(error, 'public_url_missing', 'map_invalid', 'secret_missing', 'conflict')) return errorNotice(error)
    throw error
  }
}

async function tryIt(
  app: ApiServer,
  deps: ApiDeps,
  request: FastifyRequest,
  { payload, event }: Trial,
): Promise<NonNullable<Trial['outcome']>> {
  const headers = event === '' ? {} : { 'x-patreon-event': event }
  const reading = { ...deps, parseItem, parseJson: payloadReader(app, request) }
  try {
    return await tryPayload(reading, sourceIdOf(request), { headers, body: Buffer.from(payload) })
  } catch (error) {
    if (isAppError(error, 'payload_not_understood')) return { fault: errorNotice(error) }
    throw error
  }
}

interface Shown {
  draft?: SourceDraft
  about?: Html | undefined
  status?: number
}

async function sendList(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, shown: Shown) {
  const sources = await Promise.all(
    (await listSources(deps)).map(async (source) => ({
      source,
      last: (await deps.store.sourceMemory(source.id).received())[0],
    })),
  )
  const page = sourcesPage({
    user: request.user,
    privacy: privacyOf(request.user),
    now: deps.clock.now(),
    sources,
    draft: shown.draft ?? NEW_SOURCE,
    isNew: shown.draft === undefined,
    about: shown.about,
  })
  return sendHtml(reply, page, shown.status)
}

async function sendOne(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, shown: Shown & { trial?: Trial }) {
  const source = await getSource(deps, sourceIdOf(request))
  const page = sourcePage({
    user: request.user,
    privacy: privacyOf(request.user),
    now: deps.clock.now(),
    source,
    url: sourceUrl(source.id, deps.publicUrl),
    received: await deps.store.sourceMemory(source.id).received(),
    draft: shown.draft ?? draftOf(source),
    isChanging: shown.draft !== undefined,
    trial: shown.trial ?? { payload: '', event: '' },
    about: shown.about,
  })
  return sendHtml(reply, page, shown.status)
}
