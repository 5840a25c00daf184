import { createSeatLine, type MemberRecord, type Seeker, type Store } from '../../store/index.ts'

const PAGE = 50

/**
 * The first in an app's line who can take a seat now. Whoever is of this lane's concern no more (moved, deleted, erased, off the
 * roster again, failed for good) leaves the line. Who can't enter for another reason than the missing seat keeps the place and
 * holds nobody up: the members of a roster that is paused or blocked, and those whose own turn waits for something else. `inHand`:
 * whose turn it is right now.
 */
export async function nextSeeker(
  store: Store,
  teamKey: string,
  appId: string,
  inHand: (seeker: Seeker) => boolean = () => false,
): Promise<Seeker | null> {
  const line = createSeatLine(store.redis, teamKey, appId)
  let skipped = 0
  for (;;) {
    const seekers = await line.list(skipped, PAGE)
    if (seekers.length === 0) return null
    const rosters = await store.rosters.findMany(seekers.map(({ roster }) => roster))
    for (const seeker of seekers) {
      const roster = rosters.get(seeker.roster)
      const record =
        roster?.teamKey === teamKey ? await store.members(teamKey, seeker.roster).find(seeker.member) : undefined
      if (!roster || !isWanted(record)) {
        await line.leave(seeker)
      } else if (roster.paused || roster.blocked || !(inHand(seeker) || lacksOnlyTheSeat(record))) {
        skipped++
      } else {
        return seeker
      }
    }
  }
}

function isWanted(record: MemberRecord | undefined): record is MemberRecord {
  return record?.desired.present === true && record.desired.email !== null && record.status !== 'failed'
}

function lacksOnlyTheSeat({ status, observed }: MemberRecord): boolean {
  return status === 'waiting' && observed?.problem?.code === 'seats_full'
}
