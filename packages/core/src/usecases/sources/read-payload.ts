import type { Source, SourceStatement } from '../../domain/source.ts'
import { AppError } from '../../errors.ts'
import { PayloadError, SOURCE_READERS, type Evaluator, type ReceivedRequest } from '../../sources/index.ts'
import type { IncomingEvent } from '../intake/index.ts'
import { actorOf } from './put-source.ts'

/** What a payload says: statements about people, or (generic) events as they are. */
export type ReadPayload =
  | { kind: 'statements'; id: string | undefined; statements: SourceStatement[]; ignored: string[] }
  | { kind: 'events'; events: IncomingEvent[]; ignored: string[] }

/** Judges one event of a generic source's expression; the reason where it can't be used. */
export type ParseItem = (item: unknown, source: string) => IncomingEvent | string

export interface ReadDeps {
  evaluator: Evaluator
  parseItem: ParseItem
  /** Reads a JSON body; throws request_invalid. */
  parseJson: (body: Buffer) => Promise<unknown>
}

const MAX_EVENTS = 1_000

/** Throws payload_not_understood. */
export async function readPayload(
  deps: ReadDeps,
  source: Source,
  { headers, body }: ReceivedRequest,
  now: number,
): Promise<ReadPayload> {
  const text = body.toString('utf8')
  try {
    const payload = await parse(deps, body)
    if (source.kind !== 'generic')
      return { kind: 'statements', ...SOURCE_READERS[source.kind].read(payload, { headers, now }) }
    return await mapToEvents(deps, source, text)
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    throw new AppError('payload_not_understood', { message: error.message, cause: error })
  }
}

async function parse({ parseJson }: ReadDeps, body: Buffer): Promise<unknown> {
  try {
    const payload = await parseJson(body)
    if (payload === undefined) throw new PayloadError('The body is empty.')
    return payload
  } catch (error) {
    if (error instanceof PayloadError) throw error
    throw new PayloadError(error instanceof Error ? error.message : 'The body is not JSON.', { cause: error })
  }
}

async function mapToEvents(deps: ReadDeps, source: Source, text: string): Promise<ReadPayload> {
  const result = await deps.evaluator.evaluate(source.map ?? '$', text, actorOf(source))
  const items = Array.isArray(result) ? result : result === null || result === undefined ? [] : [result]
  if (items.length === 0)
    return { kind: 'events', events: [], ignored: ['The expression makes no event of this payload.'] }
  if (items.length > MAX_EVENTS) throw new PayloadError(`The expression makes more than ${MAX_EVENTS} events.`)
  const events: IncomingEvent[] = []
  const ignored: string[] = []
  for (const item of items) {
    const parsed = deps.parseItem(item, sourceName(source))
    if (typeof parsed === 'string') {
      ignored.push(parsed)
      continue
    }
    const roster = Object.hasOwn(source.rosters, parsed.roster) ? source.rosters[parsed.roster] : parsed.roster
    events.push({ ...parsed, roster: roster ?? parsed.roster })
  }
  if (events.length === 0) throw new PayloadError(`The expression makes no usable event: ${ignored[0] ?? ''}`)
  return { kind: 'events', events, ignored }
}

/** The `source` of the events of this source. */
export function sourceName({ id }: Pick<Source, 'id'>): string {
  return `/sources/${id}`
}
