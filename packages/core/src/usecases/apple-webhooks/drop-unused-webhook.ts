import { leaveWebhook, type TakeBackDeps } from './take-back.ts'

/** Takes the registration of an app back that no roster has any more. */
export async function dropUnusedWebhook(deps: TakeBackDeps, appId: string): Promise<void> {
  const known = await deps.store.appleWebhooks.findByApp(appId)
  if (!known) return
  const living = await deps.store.rosters.findMany(known.rosters)
  if (known.rosters.some((id) => living.get(id)?.app.id === appId)) return
  await leaveWebhook(deps, known, (id) => known.rosters.includes(id))
}
