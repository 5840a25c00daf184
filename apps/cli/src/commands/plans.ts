import type { Schemas } from '@flightroster/client'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Bind } from '../program.ts'
import { ago, count, printable, toTable } from '../terminal/table.ts'

type Plan = Schemas['Reconciliation']

interface Decision {
  reason?: string
}

/** `flightroster plans`. */
export function addPlans(program: Command, bind: Bind): void {
  const plans = program
    .command('plans')
    .description('what lists and reconciliations would change, and those that wait for a yes')
  plans
    .command('list')
    .description('plans of a roster, those that are held first, then newest first')
    .requiredOption('--roster <id>', 'the roster')
    .addHelpText('after', '\nExample:\n  $ flightroster plans list --roster gold\n')
    .action(bind(list))
  plans
    .command('show <roster> <id>')
    .description('one plan, with everybody whom it would remove')
    .addHelpText('after', '\nExample:\n  $ flightroster plans show gold rec-7\n')
    .action(bind(show))
  plans
    .command('approve <roster> <id>')
    .description('carries a held plan out: exactly the one that was shown')
    .option('--reason <text>', 'kept in the audit')
    .addHelpText(
      'after',
      '\nExample:\n  $ flightroster plans approve gold rec-7 --reason "the programme ended for these"\n',
    )
    .action(bind(approve))
  plans
    .command('reject <roster> <id>')
    .description('drops a held plan; nobody is removed by it')
    .option('--reason <text>', 'kept in the audit')
    .addHelpText('after', '\nExample:\n  $ flightroster plans reject gold rec-7 --reason "a broken export"\n')
    .action(bind(reject))
}

async function list({ client, terminal }: Context, { roster }: { roster: string }): Promise<ExitCode> {
  const items: Plan[] = []
  for await (const plan of client.all.listReconciliations({ rosterId: roster })) items.push(plan)
  terminal.printJson({ items })
  if (items.length === 0) {
    terminal.print(`Roster ${roster} has no plans.`)
    return EXIT.done
  }
  const head = ['ID', 'KIND', 'STATUS', 'ADD', 'UPDATE', 'REMOVE', 'STARTED']
  // Those that somebody has to decide on, before what is over.
  const isHeld = ({ status }: Plan) => status === 'held'
  const shown = [...items.filter(isHeld), ...items.filter((plan) => !isHeld(plan))]
  const rows = shown.map(({ id, kind, status, plan, startedAt }) => [
    id,
    kind,
    status,
    ...[plan.add, plan.update, plan.remove].map(String),
    ago(startedAt),
  ])
  terminal.print(...toTable([head, ...rows]))
  return EXIT.done
}

const HELD_BY: Record<string, string> = {
  roster: "more people would leave than the roster's guard allows",
  team_key: 'over all rosters of the team key, more people would leave than the guard allows',
  empty: 'nobody would be left',
  list: 'more rows were kept out than taken',
  list_unclear: 'a row could mean anybody',
}

async function show({ client, terminal }: Context, _options: object, roster: string, id: string): Promise<ExitCode> {
  const plan = await client.getReconciliation({ rosterId: roster, reconciliationId: id })
  printPlan(terminal, plan)
  terminal.printJson(plan)
  return EXIT.done
}

function printPlan({ print, paint }: Context['terminal'], plan: Plan): void {
  const { add, update, remove, unchanged } = plan.plan
  print(`${plan.kind} ${plan.id} of ${plan.roster}: ${paint.bold(plan.status)}, started ${ago(plan.startedAt)}`)
  print(`${add} to add, ${update} to update, ${remove} to remove, ${unchanged} unchanged.`)
  if (plan.heldBy) print(`Held: ${HELD_BY[plan.heldBy] ?? plan.heldBy}.`)
  for (const member of plan.removals) print(paint.red(`- ${printable(member)}`))
  for (const member of plan.cleared ?? []) print(paint.yellow(`~ ${printable(member)} loses the address`))
  for (const { id, reason } of plan.kept ?? [])
    print(paint.dim(`= ${printable(id)} stays: ${reason.replaceAll('_', ' ')}`))
  if (plan.unmanaged.length > 0)
    print(`${count(plan.unmanaged.length, 'tester')} in the group whom nobody put on the roster.`)
  if (plan.problem) print(plan.problem.detail, `Next: ${plan.problem.action}`)
  if (plan.status === 'held') print(`Next: flightroster plans approve ${plan.roster} ${plan.id} (or reject)`)
}

async function approve(
  { client, terminal }: Context,
  { reason }: Decision,
  roster: string,
  id: string,
): Promise<ExitCode> {
  const plan = await client.approveReconciliation({
    rosterId: roster,
    reconciliationId: id,
    body: { reason: reason ?? null },
  })
  terminal.print(`Approved: ${count(plan.plan.remove, 'person', 'people')} will be removed.`)
  terminal.printJson(plan)
  return EXIT.done
}

async function reject(
  { client, terminal }: Context,
  { reason }: Decision,
  roster: string,
  id: string,
): Promise<ExitCode> {
  const plan = await client.rejectReconciliation({
    rosterId: roster,
    reconciliationId: id,
    body: { reason: reason ?? null },
  })
  terminal.print('Rejected: nobody is removed by this plan.')
  terminal.printJson(plan)
  return EXIT.done
}
