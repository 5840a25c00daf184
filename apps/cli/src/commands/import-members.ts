import type { Answer, Args, Schemas } from '@flightroster/client'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts'
import { readInput } from '../read-input.ts'
import { startProgress } from '../terminal/progress.ts'
import { count, printable } from '../terminal/table.ts'

const EVERY_MS = 1_000
/** Names of one kind that a person reads; the rest is counted, and whole in `--json`. */
const SHOWN = 200

interface ImportOptions {
  roster: string
  dryRun?: boolean
  yes?: boolean
  columns?: string
  allowEmpty?: boolean
  wait: boolean
}

type DryRun = Extract<Answer<'putMembers'>, { plan: { names: unknown } }>
type Body = Args<'putMembers'>['body']

/** Plan, yes, list, and then the bar to the last tester. */
export async function importMembers(context: Context, options: ImportOptions, file: string): Promise<ExitCode> {
  const { client, terminal } = context
  const args = {
    rosterId: options.roster,
    body: toBody(await readInput(file), file),
    ...(options.columns === undefined ? {} : { columns: options.columns }),
    ...(options.allowEmpty ? { allowEmpty: true } : {}),
  }
  const planned = (await client.putMembers({ ...args, dryRun: true })) as DryRun
  const { add, update, remove } = planned.plan
  const differs = add + update + remove > 0
  printPlan(context, planned)
  if (options.dryRun || !differs) {
    terminal.printJson(planned)
    if (!differs) terminal.print('Nothing to do.')
    return differs || planned.held ? EXIT.held : EXIT.done
  }
  await terminal.mustAgree(`Make roster ${options.roster} this list?`, options.yes ?? false)
  const taken = await client.putMembers(args)
  const { reconciliation } = taken
  if (taken.held || reconciliation === null) {
    terminal.printJson(taken)
    terminal.note(`The removals are held. Next: flightroster plans show ${options.roster} ${reconciliation}`)
    return EXIT.held
  }
  if (!options.wait) {
    terminal.printJson(taken)
    terminal.print(`Taken as ${reconciliation}.`)
    return EXIT.done
  }
  return follow(context, options.roster, reconciliation, taken)
}

/** JSON as `{"members": […]}` or the array alone; everything else is CSV. */
function toBody(text: string, file: string): Body {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    const parsed = JSON.parse(text) as unknown
    return (Array.isArray(parsed) ? { members: parsed } : parsed) as Body
  } catch (error) {
    const detail = `${file} begins like JSON and is none: ${(error as Error).message}`
    throw new CommandError(detail, { code: 'file_not_understood' })
  }
}

function printPlan({ terminal: { print, note, paint } }: Context, { plan, rejected, held, problem, ...rest }: DryRun) {
  const { names } = plan
  const cleared = new Set(names.clear)
  printNames(names.add, (name) => print(paint.green(`+ ${name}`)), print)
  printNames(
    names.update,
    (name) => print(paint.yellow(`~ ${name}${cleared.has(name) ? ' (loses the address, and leaves the group)' : ''}`)),
    print,
  )
  printNames(names.remove, (name) => print(paint.red(`- ${name}`)), print)
  print(`${plan.add} to add, ${plan.update} to update, ${plan.remove} to remove, ${plan.unchanged} unchanged.`)
  for (const { id, reason } of rest.kept ?? [])
    print(paint.dim(`= ${printable(id)} stays: ${reason.replaceAll('_', ' ')}`))
  for (const { row, detail } of rejected) note(`Row ${row} is kept out: ${printable(detail)}`)
  const more = (rest.rejectedTotal ?? rejected.length) - rejected.length
  if (more > 0) note(`… and ${count(more, 'more row')}.`)
  if (problem) note(`${problem.detail} Next: ${problem.action}`)
  else if (held) note('The removals would wait for an approval.')
}

function printNames(names: string[], one: (name: string) => void, print: (line: string) => void) {
  const inOrder = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  for (const name of inOrder.slice(0, SHOWN)) one(printable(name))
  if (names.length > SHOWN) print(`… and ${names.length - SHOWN} more (all of them with --json)`)
}

async function follow(context: Context, roster: string, id: string, taken: object): Promise<ExitCode> {
  const { client, terminal, signal } = context
  const bar = startProgress(terminal)
  let state: Schemas['Reconciliation']
  try {
    for (;;) {
      state = await client.getReconciliation({ rosterId: roster, reconciliationId: id })
      const { converged, toConverge } = state.progress
      bar.update(converged, toConverge, `${converged} of ${count(toConverge, 'person', 'people')}`)
      if (state.status !== 'running') break
      await sleep(EVERY_MS, undefined, { signal })
    }
  } catch (error) {
    bar.end('Left: the server continues.')
    throw error
  }
  const failed = await countFailed(context, roster)
  bar.end(state.status === 'done' ? 'Done.' : `It ended as ${state.status}.`)
  terminal.printJson({ ...taken, reconciliation: state, failed })
  if (state.problem) terminal.note(state.problem.detail, `Next: ${state.problem.action}`)
  if (failed > 0) {
    const names = `${count(failed, 'person', 'people')} of the roster could not be added or taken out`
    terminal.note(`${names}. Next: flightroster members why ${roster} ID says why, for each.`)
  }
  if (state.status === 'held') return EXIT.held
  return state.status === 'done' ? EXIT.done : EXIT.failed
}

async function countFailed({ client }: Context, roster: string): Promise<number> {
  return (await client.getRoster({ rosterId: roster })).counts.failed
}
