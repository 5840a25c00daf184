import { NOTICE_KINDS, type Notice, type NoticeKind } from '@flightroster/core/domain'
import { isAppError } from '@flightroster/core/errors'
import {
  deleteNotice,
  describeNotice,
  getNotice,
  listNotices,
  putNotice,
  testNotice,
} from '@flightroster/core/usecases/notices'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { noticeBody } from '../../../routes/notices/schema.ts'
import type { ApiServer } from '../../../server.ts'
import { ChangedMeanwhile, assertEdition, changedNotice } from '../../edition.ts'
import { readForm } from '../../forms.ts'
import { path, query, type Html } from '../../html.ts'
import { note } from '../../note.ts'
import { errorNotice } from '../../page-errors.ts'
import { CHANGE, OPERATOR_VIEW } from '../../page-config.ts'
import { AlreadyThere, assertNew, wasSentBefore } from '../../making.ts'
import { doneNotice, newIdFault, takenFault } from '../../record-list.ts'
import { sendHtml } from '../../send-html.ts'
import { NEW_NOTICE, NOTICE_LABELS, noticePage, noticesPage, seenOf, type NoticeDraft } from './notice-pages.ts'
import { readRule, ruleFault } from './rule-form.ts'
import { paramOf } from '../../../request-texts.ts'
import { readShape } from '../../../schemas/read-shape.ts'

const noticeIdOf = (request: FastifyRequest) => paramOf(request, 'noticeId')

/** Notices as over REST. For operators: a target may be somebody's address. */
export function noticePageRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/notices', OPERATOR_VIEW, async (request, reply) => {
    return sendList(deps, request, reply, NEW_NOTICE, doneNotice({ delete: 'The notice was deleted.' }, request.query))
  })

  app.post('/console/notices', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const draft = readDraft(request, readForm(request).text('id'))
    const idFault = newIdFault(draft.id)
    if (idFault) return sendList(deps, request, reply, draft, idFault, 422)
    const here = path`/console/notices/${draft.id}`
    const isAgain = await wasSentBefore(deps, request)
    try {
      const fault = await save(deps, draft, assertNew)
      if (fault) return sendList(deps, request, reply, draft, fault, 422)
      await note(deps, request, 'notice.put', `notice:${draft.id}`)
    } catch (error) {
      if (!(error instanceof AlreadyThere)) throw error
      if (!isAgain) return sendList(deps, request, reply, draft, takenFault('notice', draft.id, here), 409)
    }
    return reply.redirect(here + query({ done: 'put' }), 303)
  })

  app.get('/console/notices/:noticeId', OPERATOR_VIEW, async (request, reply) => {
    return sendOne(deps, request, reply, doneNotice(DONE, request.query))
  })

  app.post('/console/notices/:noticeId', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const id = noticeIdOf(request)
    await getNotice(deps, id)
    const draft = readDraft(request, id)
    try {
      const fault = await save(deps, draft, (current) => assertEdition(readForm(request), seenOf(current)))
      if (fault) return sendOne(deps, request, reply, fault, draft, 422)
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error
      const current = { ...(await getNotice(deps, id)), target: '' }
      return sendOne(deps, request, reply, changedNotice(NOTICE_LABELS, draft, current), draft, 409)
    }
    await note(deps, request, 'notice.put', `notice:${id}`)
    return reply.redirect(path`/console/notices/${id}` + query({ done: 'put' }), 303)
  })

  app.post('/console/notices/:noticeId/test', CHANGE, async (request, reply) => {
    await testNotice(deps, noticeIdOf(request))
    return reply.redirect(path`/console/notices/${noticeIdOf(request)}` + query({ done: 'test' }), 303)
  })

  app.post('/console/notices/:noticeId/delete', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    await deleteNotice(deps, noticeIdOf(request))
    await note(deps, request, 'notice.delete', `notice:${noticeIdOf(request)}`)
    return reply.redirect('/console/notices?done=delete', 303)
  })
}

const DONE: Record<string, string> = {
  put: 'Saved. Send a test to see whether it arrives.',
  test: 'A test is on its way: look again in a moment.',
}

function readDraft(request: FastifyRequest, id: string): NoticeDraft {
  const form = readForm(request)
  const kind = NOTICE_KINDS.find((one): one is NoticeKind => one === form.text('kind')) ?? 'slack'
  return { id, kind, target: form.text('target'), ...readRule(form) }
}

/** What is wrong with it, or undefined once it is saved. */
async function save(
  deps: ApiDeps,
  { id, ...draft }: NoticeDraft,
  assertSeen: (current: Notice) => void,
): Promise<Html | undefined> {
  const parsed = readShape(noticeBody, draft)
  if (!parsed.success) return ruleFault(parsed.error)
  try {
    await putNotice(deps, { id, ...parsed.data, assertSeen })
    return undefined
  } catch (error) {
    const isTheirs = isAppError(error, 'url_not_allowed', 'address_invalid')
    if (isTheirs) return errorNotice(error)
    throw error
  }
}

async function sendList(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  draft: NoticeDraft,
  about?: Html,
  status = 200,
) {
  const notices = await Promise.all((await listNotices(deps)).map((one) => describeNotice(deps, one)))
  return sendHtml(reply, noticesPage({ user: request.user, now: deps.clock.now(), notices, draft, about }), status)
}

async function sendOne(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  about?: Html,
  draft?: NoticeDraft,
  status = 200,
) {
  const described = await describeNotice(deps, await getNotice(deps, noticeIdOf(request)))
  // The target is not shown again: whoever changes the rule gives it anew.
  const shown = draft ?? { ...described.notice, target: '' }
  return sendHtml(
    reply,
    noticePage({ user: request.user, now: deps.clock.now(), described, draft: shown, about }),
    status,
  )
}
