import { createSeatLine, type Seeker, type Store } from '../../store/index.ts'

const PAGE = 50

/**
 * The first in an app's line who can take a seat now. Whoever is of this lane's concern no more (moved, deleted, erased, or off the
 * roster again) leaves the line; the members of a roster that is paused or blocked keep their places, and hold nobody up.
 */
export async function nextSeeker(store: Store, teamKey: string, appId: string): Promise<Seeker | null> {
  const line = createSeatLine(store.redis, teamKey, appId)
  let skipped = 0
  for (;;) {
    const seekers = await line.list(skipped, PAGE)
    if (seekers.length === 0) return null
    const rosters = await store.rosters.findMany(seekers.map(({ roster }) => roster))
    for (const seeker of seekers) {
      const roster = rosters.get(seeker.roster)
      if (roster?.teamKey !== teamKey || !(await isWanted(store, teamKey, seeker))) {
        await line.leave(seeker)
      } else if (roster.paused || roster.blocked) {
        skipped++
      } else {
        return seeker
      }
    }
  }
}

async function isWanted(store: Store, teamKey: string, { roster, member }: Seeker): Promise<boolean> {
  const record = await store.members(teamKey, roster).find(member)
  return record?.desired.present === true && record.desired.email !== null
}
