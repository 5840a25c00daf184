import { newPerson } from '../../domain/source.ts'
import type { ReceivedRequest } from '../../sources/index.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Store } from '../../store/index.ts'
import type { IncomingEvent } from '../intake/index.ts'
import { getSource } from './put-source.ts'
import { readPayload, type ReadDeps } from './read-payload.ts'
import { learnStatements, planPerson } from './tell-person.ts'

/** What a recorded payload would do now. Nothing is recorded, and no signature is needed. Throws not_found, payload_not_understood. */
export async function tryPayload(
  deps: ReadDeps & { store: Store; clock: Clock },
  sourceId: string,
  request: ReceivedRequest,
): Promise<{ events: IncomingEvent[]; ignored: string[] }> {
  const source = await getSource(deps, sourceId)
  const now = deps.clock.now()
  const read = await readPayload(deps, source, request, now)
  if (read.kind === 'events') return { events: read.events, ignored: brief(read.ignored) }
  const memory = deps.store.sourceMemory(sourceId)
  const events: IncomingEvent[] = []
  const ignored = [...read.ignored]
  for (const personId of new Set(read.statements.map(({ person }) => person))) {
    const known = (await memory.find(personId)) ?? newPerson(personId)
    const person = learnStatements(
      known,
      read.statements.filter(({ person: id }) => id === personId),
      now,
    )
    const plan = planPerson(source, person, read.id ?? 'try')
    events.push(...plan.events)
    ignored.push(...plan.ignored)
  }
  return { events, ignored: brief(ignored) }
}

const REASONS_TOLD = 100
const LONGEST_REASON = 500

/** A payload of a megabyte may name tens of thousands of plans that lead to no roster. */
const brief = (reasons: string[]) => reasons.slice(0, REASONS_TOLD).map((reason) => reason.slice(0, LONGEST_REASON))
