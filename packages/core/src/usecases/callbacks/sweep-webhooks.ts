import type { Clock } from '../../domain/clock.ts'
import { toEndpoint } from '../../domain/notice.ts'
import type { Log } from '../../log.ts'
import type { Store } from '../../store/index.ts'

/** The guarantee behind the hint of what is due: every webhook and every notice is looked at. Disables those webhooks whose time is over, tried or not. */
export async function sweepWebhooks({ store, clock, log }: { store: Store; clock: Clock; log: Log }): Promise<void> {
  const webhooks = store.webhooks
  const line = store.deliveryLine
  const ids = (await webhooks.list()).map(({ id }) => id)
  for (const id of ids) {
    if (!(await line.disableDead(id, clock.now()))) continue
    await webhooks.noteChange()
    log.warn({ event: 'webhook.disabled', webhook: id }, 'webhook.disabled')
  }
  const notices = await store.notices.list()
  await line.noteAll([...ids, ...notices.map(({ id }) => toEndpoint(id))], clock.now())
}
