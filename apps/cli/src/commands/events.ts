import type { Args, Answer } from '@flightroster/client'
import { FlightrosterError } from '@flightroster/client'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts'
import type { Bind } from '../program.ts'
import { readInput } from '../read-input.ts'
import { printable } from '../terminal/table.ts'

const BATCH = 1_000

type Batch = Extract<Args<'postEvents'>['body'], unknown[]>
type Results = Answer<'postEvents'>

/** `flightroster events`. */
export function addEvents(program: Command, bind: Bind): void {
  program
    .command('events')
    .description('membership events')
    .command('send <file>')
    .description('sends events: one as JSON, an array, or one a line; - reads standard input')
    .addHelpText(
      'after',
      `
Examples:
  $ flightroster events send events.json
  $ echo '{"type":"member.left","data":{"roster":"gold","member":{"id":"u-17"}}}' | flightroster events send -
`,
    )
    .action(bind(send))
}

async function send({ client, terminal, signal }: Context, _options: object, file: string): Promise<ExitCode> {
  const events = parseEvents(await readInput(file), file)
  const sum: Results = { accepted: 0, duplicate: 0, stale: 0, rejected: 0, events: [] }
  for (let at = 0; at < events.length; at += BATCH) {
    if (signal.aborted) throw new Error('interrupted')
    const results = await sendBatch(client, events.slice(at, at + BATCH))
    for (const kind of ['accepted', 'duplicate', 'stale', 'rejected'] as const) sum[kind] += results[kind]
    for (const [index, event] of results.events.entries()) {
      sum.events.push(event)
      if (event.problem)
        terminal.note(`Event ${at + index + 1}: ${printable(event.problem.detail)} ${event.problem.action}`)
    }
  }
  terminal.print(
    `${sum.accepted} accepted, ${sum.duplicate} known already, ${sum.stale} outdated, ${sum.rejected} rejected.`,
  )
  terminal.printJson(sum)
  return sum.rejected > 0 ? EXIT.failed : EXIT.done
}

/** A batch of which nothing was usable is a refusal that has the same members. */
async function sendBatch(client: Context['client'], body: Batch): Promise<Results> {
  try {
    return await client.postEvents({ body })
  } catch (error) {
    if (error instanceof FlightrosterError && error.code === 'no_usable_event') return error.body as Results
    throw error
  }
}

function parseEvents(text: string, file: string): Batch {
  const whole = parseJson(text)
  if (whole !== undefined) return (Array.isArray(whole) ? whole : [whole]) as Batch
  const lines = text.split(/\r?\n/)
  const events = lines.flatMap((line, at) => {
    if (line.trim() === '') return []
    const event = parseJson(line)
    if (event === undefined) {
      const shape = 'Expected one event, an array of events, or one event a line.'
      throw new CommandError(`${file}:${at + 1}: this is not JSON.`, { code: 'file_not_understood', action: shape })
    }
    return [event]
  })
  if (events.length === 0) throw new CommandError(`${file} holds no event.`, { code: 'file_not_understood' })
  return events as Batch
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
