import type { Roster } from '@flightroster/core/domain'
import { AppError, isAppError } from '@flightroster/core/errors'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { readForm, UPLOAD_LIMIT } from '../forms.ts'
import { path } from '../html.ts'
import { notice } from '../layout.ts'
import { note } from '../note.ts'
import { errorNotice } from '../page-errors.ts'
import { CHANGE, OPERATOR_VIEW } from '../page-config.ts'
import { privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { rosterIdOf } from './roster-routes.ts'
import { draftPage, uploadPage } from './upload-page.ts'
import { applyUpload, draftUpload, forgetUpload, keepUpload, openUpload, type Draft } from './uploaded-list.ts'

const UPLOAD = { ...CHANGE, config: { ...CHANGE.config, takesFiles: true }, bodyLimit: UPLOAD_LIMIT }

/** A whole list as CSV: first what it would do, then, once confirmed, that very plan. */
export function uploadRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/rosters/:rosterId/upload', OPERATOR_VIEW, async (request, reply) =>
    sendHtml(reply, uploadPage(request.user, await getRoster(deps, rosterIdOf(request)))),
  )

  app.post('/console/rosters/:rosterId/upload', UPLOAD, async (request, reply) => {
    const form = readForm(request)
    const roster = await getOpenRoster(deps, request)
    const content = form.file('file')?.content ?? Buffer.from(form.raw('text'))
    const again = (problem: Parameters<typeof uploadPage>[2]) =>
      sendHtml(reply, uploadPage(request.user, roster, problem), 422)
    if (content.length === 0) return again(notice('problem', 'Choose a file, or paste its text.'))
    const turn = app.lists.enter(roster.id, null)
    try {
      const draft = await draftUpload(deps, roster, content, false)
      const upload = await keepUpload(deps, roster, content)
      return sendDraft(request, reply, roster, { draft, upload, allowEmpty: false, hasChanged: false })
    } catch (error) {
      if (!isAppError(error, 'request_invalid', 'list_too_long')) throw error
      return again(errorNotice(error))
    } finally {
      turn.end()
    }
  })

  app.post('/console/rosters/:rosterId/upload/apply', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const roster = await getOpenRoster(deps, request)
    const upload = form.text('upload')
    const allowEmpty = form.has('allowEmpty')
    const turn = app.lists.enter(roster.id, null)
    try {
      const content = await openUpload(deps, roster, upload)
      const shown = await draftUpload(deps, roster, content, false)
      if (shown.fingerprint !== form.text('fingerprint')) {
        return sendDraft(request, reply, roster, { draft: shown, upload, allowEmpty, hasChanged: true })
      }
      const { reconciliation } = await applyUpload(deps, roster, shown, allowEmpty)
      await forgetUpload(deps, roster, upload)
      const id = reconciliation?.id ?? ''
      await note(deps, request, 'roster.put-members', `roster:${roster.id}`, `reconciliation ${id}`)
      return reply.redirect(path`/console/rosters/${roster.id}/plans/${id}`, 303)
    } finally {
      turn.end()
    }
  })
}

async function getOpenRoster(deps: ApiDeps, request: FastifyRequest): Promise<Roster> {
  const roster = await getRoster(deps, rosterIdOf(request))
  if (roster.deleting) throw new AppError('conflict', { message: `The roster "${roster.id}" is being deleted.` })
  return roster
}

interface Shown {
  draft: Draft
  upload: string
  allowEmpty: boolean
  hasChanged: boolean
}

function sendDraft(request: FastifyRequest, reply: FastifyReply, roster: Roster, shown: Shown): FastifyReply {
  const { user } = request
  return sendHtml(reply, draftPage({ user, privacy: privacyOf(user), roster, ...shown }), shown.hasChanged ? 409 : 200)
}
