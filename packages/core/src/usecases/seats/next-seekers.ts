import type { Roster } from '../../domain/roster.ts'
import type { SeatLedger } from '../../domain/seats.ts'
import type { MemberRecord, Seeker, Store, Waiting } from '../../store/index.ts'

const PAGE = 50

export interface SeekersInput {
  /** Of one app; those of other lanes are left out. */
  rosters: readonly Roster[]
  teamKey: string
  ledger: SeatLedger
  limit: number
  /** Whose turn it is right now. */
  inHand?: (seeker: Seeker) => boolean
}

/**
 * Who may enter next, in order: the roster with the highest priority first, within one priority whoever waits longest, and nobody on a
 * seat that is kept for another roster. Whoever is of no concern any more (off the roster again, failed for good) leaves the line.
 * Who can't enter for another reason than the missing seat keeps the place and holds nobody up: the members of a roster that is paused
 * or blocked, and those whose own turn waits for something else.
 */
export async function nextSeekers(store: Store, input: SeekersInput): Promise<Seeker[]> {
  const ledger = input.ledger.copy()
  const lines = input.rosters
    .filter(({ teamKey, paused, blocked, deleting }) => teamKey === input.teamKey && !paused && !blocked && !deleting)
    .map((roster) => openLine(store, roster, input.inHand ?? (() => false)))
    .sort((a, b) => b.roster.seats.priority - a.roster.seats.priority)
  const found: Seeker[] = []
  while (found.length < input.limit) {
    const line = await firstLine(lines.filter(({ roster }) => ledger.room(roster.id) >= 1))
    const first = await line?.head()
    if (!line || !first) return found
    ledger.take(line.roster.id)
    line.advance()
    found.push({ roster: line.roster.id, member: first.member })
  }
  return found
}

interface OpenLine {
  roster: Roster
  head(): Promise<Waiting | null>
  advance(): void
}

/** Of lines in the order of their priority: that of the highest in which somebody stands, and who there waits longest. */
async function firstLine(lines: readonly OpenLine[]): Promise<OpenLine | undefined> {
  let best: { line: OpenLine; since: number } | undefined
  for (const line of lines) {
    if (best && line.roster.seats.priority < best.line.roster.seats.priority) break
    const head = await line.head()
    if (head && (!best || head.since < best.since)) best = { line, since: head.since }
  }
  return best?.line
}

function openLine(store: Store, roster: Roster, inHand: (seeker: Seeker) => boolean): OpenLine {
  const line = store.lane(roster.teamKey).roster(roster.id).seatLine
  const members = store.members(roster.teamKey, roster.id)
  let skipped = 0
  let known: Waiting[] = []
  let isAtEnd = false
  const readOn = async (): Promise<void> => {
    const waiting = await line.list(skipped, PAGE)
    isAtEnd = waiting.length < PAGE
    const records = await members.findMany(waiting.map(({ member }) => member))
    for (const [at, one] of waiting.entries()) {
      const record = records[at]
      if (!isWanted(record)) {
        await line.leave(one.member)
        continue
      }
      skipped++
      if (inHand({ roster: roster.id, member: one.member }) || lacksOnlyTheSeat(record)) known.push(one)
    }
  }
  return {
    roster,
    async head() {
      while (known.length === 0 && !isAtEnd) await readOn()
      return known[0] ?? null
    },
    advance: () => void (known = known.slice(1)),
  }
}

function isWanted(record: MemberRecord | undefined): record is MemberRecord {
  return record?.desired.present === true && record.desired.email !== null && record.status !== 'failed'
}

function lacksOnlyTheSeat({ status, observed }: MemberRecord): boolean {
  return status === 'waiting' && observed?.problem?.code === 'seats_full'
}
