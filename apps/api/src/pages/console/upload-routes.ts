import type { Roster } from '@flightroster/core/domain'
import { AppError, isAppError } from '@flightroster/core/errors'
import { explainRoster } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import {
  formatColumnMap,
  isListField,
  parseColumnMap,
  type ColumnMap,
  type ListField,
} from '../../routes/members/put-roster-columns.ts'
import type { ReadList } from '../../routes/members/put-roster-rows.ts'
import type { ApiServer } from '../../server.ts'
import { readForm, UPLOAD_LIMIT, type Form } from '../forms.ts'
import { path, type Html } from '../html.ts'
import { notice } from '../layout.ts'
import { note } from '../note.ts'
import { errorNotice } from '../page-errors.ts'
import { CHANGE, OPERATOR_VIEW } from '../page-config.ts'
import { privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { columnsPage } from './columns-page.ts'
import { rosterIdOf } from './roster-routes.ts'
import { draftPage, uploadPage } from './upload-page.ts'
import {
  applyUpload,
  draftUpload,
  forgetUpload,
  keepUpload,
  openUpload,
  previewUpload,
  readUpload,
  rememberColumns,
  rememberedColumns,
  type Turns,
} from './uploaded-list.ts'

const UPLOAD = { ...CHANGE, config: { ...CHANGE.config, takesFiles: true }, bodyLimit: UPLOAD_LIMIT }

/** A whole list as CSV: which column is what, where that is not plain; what it would do; then, once confirmed, that very plan. */
export function uploadRoutes(app: ApiServer, given: ApiDeps): void {
  const deps = { ...given, turn: () => app.leisure.turn() }
  app.get('/console/rosters/:rosterId/upload', OPERATOR_VIEW, async (request, reply) =>
    sendHtml(reply, uploadPage(request.user, await getRoster(deps, rosterIdOf(request)))),
  )

  app.post('/console/rosters/:rosterId/upload', UPLOAD, async (request, reply) => {
    const form = readForm(request)
    const roster = await getOpenRoster(deps, request)
    const content = form.file('file')?.content ?? Buffer.from(form.raw('text'))
    const again = (problem: Html) => sendHtml(reply, uploadPage(request.user, roster, problem, form.raw('text')), 422)
    if (content.length === 0) return again(notice('problem', 'Choose a file, or paste its text.'))
    return inTurn(app, roster, async () => {
      const read = await readAsTold(deps, roster, content)
      if (!isAppError(read)) {
        const upload = await keepUpload(deps, roster, content)
        return sendDraft(deps, request, reply, { roster, upload, allowEmpty: false, ...read })
      }
      // What has rows and columns is a list all the same.
      const rows = read.code === 'request_invalid' ? await previewUpload(deps, content, PREVIEWED).catch(() => []) : []
      if (!looksLikeTable(rows)) return again(errorNotice(read))
      return sendColumns(deps, request, reply, {
        roster,
        upload: await keepUpload(deps, roster, content),
        rows,
        problem: notice('problem', 'Not every column of this list was recognized.'),
      })
    })
  })

  app.post('/console/rosters/:rosterId/upload/columns', CHANGE, async (request, reply) => {
    const form = readForm(request)
    const roster = await getOpenRoster(deps, request)
    const upload = form.text('upload')
    return inTurn(app, roster, async () => {
      const content = await openUpload(deps, roster, upload)
      const rows = await previewUpload(deps, content, PREVIEWED)
      if (!form.has('chosen')) return sendColumns(deps, request, reply, { roster, upload, rows })
      try {
        const map = readChoice(form, rows[0] ?? [])
        const list = await readUpload(deps, content, { by: 'person', map })
        await rememberColumns(deps, roster, map)
        const columns = formatColumnMap(map)
        return await sendDraft(deps, request, reply, { roster, upload, list, columns, allowEmpty: false })
      } catch (error) {
        if (!isAppError(error, 'request_invalid')) throw error
        return sendColumns(deps, request, reply, { roster, upload, rows, problem: errorNotice(error) })
      }
    })
  })

  app.post('/console/rosters/:rosterId/upload/apply', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const roster = await getOpenRoster(deps, request)
    const upload = form.text('upload')
    const allowEmpty = form.has('allowEmpty')
    const columns = form.text('columns')
    const choice =
      columns === '' ? ({ by: 'header' } as const) : { by: 'person' as const, map: parseColumnMap(columns) }
    return inTurn(app, roster, async () => {
      const list = await readUpload(deps, await openUpload(deps, roster, upload), choice)
      const shown = await draftUpload(deps, roster, list)
      if (shown.fingerprint !== form.text('fingerprint')) {
        return sendDraft(deps, request, reply, { roster, upload, list, columns, allowEmpty, hasChanged: true })
      }
      const { reconciliation } = await applyUpload(
        { ...askedBy(deps, request), turn: deps.turn },
        roster,
        shown,
        allowEmpty,
      )
      await forgetUpload(deps, roster, upload)
      const id = reconciliation?.id ?? ''
      await note(deps, request, 'roster.put-members', `roster:${roster.id}`, `reconciliation ${id}`)
      return reply.redirect(path`/console/rosters/${roster.id}/plans/${id}`, 303)
    })
  })
}

/** One list at a time, as over REST. Throws rate_limited. */
async function inTurn<T>(app: ApiServer, roster: Roster, work: () => Promise<T>): Promise<T> {
  const turn = await app.lists.enter({ roster: roster.id, teamKey: roster.teamKey, caller: null })
  try {
    return await work()
  } finally {
    turn.end()
  }
}

const PREVIEWED = 8

const looksLikeTable = (rows: string[][]) =>
  rows.length > 1 && rows.some((row) => row.length > 1 || row.some((cell) => cell.includes('@')))

async function getOpenRoster(deps: ApiDeps, request: FastifyRequest): Promise<Roster> {
  const roster = await getRoster(deps, rosterIdOf(request))
  if (roster.deleting) throw new AppError('conflict', { message: `The roster "${roster.id}" is being deleted.` })
  return roster
}

/** As the columns of the roster's last list were told, where this one has them; else as its header says; or why neither. */
async function readAsTold(
  deps: ApiDeps & Turns,
  roster: Roster,
  content: Buffer,
): Promise<{ list: ReadList; columns: string } | AppError> {
  const map = await rememberedColumns(deps, roster)
  const isOfHeader = map !== undefined && ![...map.values()].some((name) => name.startsWith('#'))
  try {
    if (isOfHeader)
      return { list: await readUpload(deps, content, { by: 'person', map }), columns: formatColumnMap(map) }
  } catch (error) {
    if (!isAppError(error, 'request_invalid')) throw error
  }
  try {
    return { list: await readUpload(deps, content, { by: 'header' }), columns: '' }
  } catch (error) {
    if (!isAppError(error, 'request_invalid', 'list_too_long')) throw error
    return error
  }
}

/** Throws request_invalid where one field was given to two columns, or neither id nor address to any. */
function readChoice(form: Form, header: readonly string[]): ColumnMap {
  const hasHeader = form.has('header')
  const chosen = header.flatMap((name, at): [ListField, string][] => {
    const field = form.text(`column-${at}`)
    if (!isListField(field)) return []
    return [[field, hasHeader && header.indexOf(name) === at && name !== '' ? name : `#${at + 1}`]]
  })
  return parseColumnMap(chosen.map(([field, name]) => `${field}:${name}`).join(','))
}

interface Columns {
  roster: Roster
  upload: string
  rows: string[][]
  problem?: Html | undefined
}

async function sendColumns(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  columns: Columns,
): Promise<FastifyReply> {
  const { user } = request
  const remembered = await rememberedColumns(deps, columns.roster)
  const hasHeader = !(columns.rows[0] ?? []).some((cell) => cell.includes('@'))
  const page = columnsPage({ user, privacy: privacyOf(user), remembered, hasHeader, ...columns })
  return sendHtml(reply, page, columns.problem ? 422 : 200)
}

interface Shown {
  roster: Roster
  upload: string
  list: ReadList
  columns: string
  allowEmpty: boolean
  hasChanged?: boolean
}

async function sendDraft(
  deps: ApiDeps & Turns,
  request: FastifyRequest,
  reply: FastifyReply,
  { list, hasChanged = false, ...shown }: Shown,
): Promise<FastifyReply> {
  const { user } = request
  const draft = await draftUpload(deps, shown.roster, list)
  // A plan that is held already holds no other up.
  const waitsFor = await explainRoster(deps, shown.roster, { hasOpen: true, heldAside: true })
  return sendHtml(
    reply,
    draftPage({ user, privacy: privacyOf(user), draft, waitsFor, now: deps.clock.now(), hasChanged, ...shown }),
    hasChanged ? 409 : 200,
  )
}
