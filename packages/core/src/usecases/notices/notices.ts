import { randomUUID } from 'node:crypto'
import type { UrlGuard } from '../../callbacks/index.ts'
import type { Clock } from '../../domain/clock.ts'
import type { TestFact } from '../../domain/delivery.ts'
import { maskEmail, parseEmail } from '../../domain/email.ts'
import { toEndpoint, type Notice, type NoticeKind } from '../../domain/notice.ts'
import { AppError } from '../../errors.ts'
import { openIfOurs, type Sealer } from '../../secrets/index.ts'
import type { NoticeState, Store } from '../../store/index.ts'
import { makeDelivery } from '../deliveries/make-delivery.ts'
import { judgeUrl } from '../deliveries/judge-url.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { insertWithin, type OwnShare } from '../own-share.ts'
import { idTaken } from '../id-taken.ts'

export interface NoticeInput {
  id: string
  kind: NoticeKind
  target: string
  types: string[]
  rosters: string[] | null
}

export interface PutNoticeDeps {
  store: Store
  sealer: Sealer
  clock: Clock
  urlGuard: UrlGuard
}

/** A notice and how it does. */
export interface NoticeDescription {
  notice: Notice
  state: NoticeState
}

/** Names the record, so that a sealed target copied onto another notice does not open. */
export const noticeContext = (id: string) => `notice:${id}`

/** Makes a notice, or changes one. One that is not the caller's is as good as none. Throws url_not_allowed, address_invalid, not_found, limit_reached. */
export async function putNotice(
  deps: PutNoticeDeps,
  input: NoticeInput & {
    isOwn?: (known: Notice) => boolean
    share?: OwnShare<Notice> | undefined
    assertSeen?: AssertSeen<Notice>
  },
): Promise<{ notice: Notice; isNew: boolean; isSame: boolean }> {
  const notices = deps.store.notices
  const { id, kind, isOwn = () => true } = input
  const known = await notices.find(id)
  if (known && !isOwn(known)) throw idTaken(id)
  const target = await readTarget(deps.urlGuard, kind, input.target)
  const now = deps.clock.now()
  const settings = {
    kind,
    masked: kind === 'email' ? maskEmail(target) : `${new URL(target).origin}/…`,
    types: [...new Set(input.types)],
    rosters: input.rosters && [...new Set(input.rosters)],
    updatedAt: now,
  }
  const isSame = known !== undefined && isTheSame(deps.sealer, known, { ...settings, target })
  const sealedTarget = deps.sealer.seal(target, noticeContext(id))
  const record: Notice = { v: 1, id, ...settings, sealedTarget, createdAt: now }
  if (await insertWithin(notices, record, input.share)) {
    // What was on its way to a former one, whose deletion came to no end, is none of this one's.
    await deps.store.deliveries(toEndpoint(id)).begin(now)
    return { notice: record, isNew: true, isSame: false }
  }
  const changed = await notices.update(id, (current) => {
    if (!isOwn(current)) throw idTaken(id)
    input.assertSeen?.(current)
    return { ...current, ...settings, sealedTarget }
  })
  if (!changed) throw new AppError('conflict')
  await deps.store.deliveries(toEndpoint(id)).enable(now)
  await deps.store.deliveryLine.note(toEndpoint(id), now)
  return { notice: changed, isNew: false, isSame }
}

function isTheSame(sealer: Sealer, known: Notice, next: Omit<NoticeInput, 'id'>): boolean {
  const settingsOf = ({ kind, types, rosters }: Pick<Notice, 'kind' | 'types' | 'rosters'>) =>
    JSON.stringify([kind, types, rosters])
  return (
    settingsOf(known) === settingsOf(next) &&
    openIfOurs(sealer, known.sealedTarget, noticeContext(known.id)) === next.target
  )
}

async function readTarget(guard: UrlGuard, kind: NoticeKind, text: string): Promise<string> {
  if (kind !== 'email') {
    await judgeUrl(guard, text)
    return text
  }
  const email = parseEmail(text)
  // What SMTP could take for more than one address, or for a command, is none here.
  if (email !== null && /^[^\s<>()[\]\\,;:"]+$/u.test(email)) return email
  const errors = [{ pointer: '/target', code: 'address_invalid', detail: 'This is not a valid e-mail address.' }]
  throw new AppError('address_invalid', { message: 'This is not a valid e-mail address.', details: { errors } })
}

/** All notices. */
export const listNotices = (deps: { store: Store }): Promise<Notice[]> => deps.store.notices.list()

/** One notice. Throws not_found. */
export async function getNotice(deps: { store: Store }, id: string): Promise<Notice> {
  const notice = await deps.store.notices.find(id)
  if (!notice) throw noticeNotFound(id)
  return notice
}

/** The error of a notice that is not there. */
export const noticeNotFound = (id: string) =>
  new AppError('not_found', { message: `There is no notice "${id}".`, details: { notice: id } })

/** Reads how a notice does. */
export async function describeNotice(deps: { store: Store }, notice: Notice): Promise<NoticeDescription> {
  return { notice, state: await deps.store.noticeMemory(notice.id).state() }
}

/** Takes a notice out with everything that was on its way to it. `isOwn`: whose it is at the end counts. Throws not_found. */
export async function deleteNotice(
  deps: { store: Store },
  id: string,
  isOwn: (known: Notice) => boolean = () => true,
): Promise<void> {
  const found = await getNotice(deps, id)
  if (!isOwn(found)) throw noticeNotFound(id)
  const { createdAt } = found
  const deliveries = deps.store.deliveries(toEndpoint(id))
  // First: whoever dies on the way leaves a notice that can be deleted again.
  await deliveries.destroy(createdAt)
  await deps.store.notices.deleteIf(id, (known) => known.createdAt === createdAt && isOwn(known))
  await deliveries.destroy(createdAt)
}

/** Sends a message, whatever types the notice asks for, and waits for no other. Throws not_found. */
export async function testNotice(deps: { store: Store; clock: Clock }, id: string): Promise<NoticeDescription> {
  const notice = await getNotice(deps, id)
  const now = deps.clock.now()
  const unique = randomUUID()
  const fact: TestFact = { type: 'webhook.test', webhook: toEndpoint(id), at: now }
  const delivery = makeDelivery(`msg_${unique.replaceAll('-', '')}`, fact, `test-${unique}`, now)
  const added = await deps.store.deliveries(toEndpoint(id)).add([delivery], now, notice.createdAt)
  if (added === null) throw noticeNotFound(id)
  await deps.store.deliveryLine.note(toEndpoint(id), now)
  return describeNotice(deps, notice)
}
