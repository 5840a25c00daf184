import type { Item } from '@flightroster/client'
import type { Command } from 'commander'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Bind } from '../program.ts'
import { ago, toTable } from '../terminal/table.ts'

const EVERY_MS = 2_000

/** `flightroster lanes`. */
export function addLanes(program: Command, bind: Bind): void {
  program
    .command('lanes')
    .description('every lane, blocked and failing ones first')
    .option('--watch', 'again every two seconds, until Ctrl-C')
    .addHelpText('after', '\nExamples:\n  $ flightroster lanes\n  $ flightroster lanes --watch\n')
    .action(bind(lanes))
}

async function lanes({ client, terminal, signal }: Context, { watch }: { watch?: boolean }): Promise<ExitCode> {
  for (;;) {
    const items: Item<'listLanes'>[] = []
    for await (const lane of client.all.listLanes()) items.push(lane)
    if (watch && !terminal.isJson && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H')
    terminal.print(...toLines(items))
    for (const { teamKey, problem } of items) {
      if (problem) terminal.print('', `${teamKey}: ${problem.detail}`, `Next: ${problem.action}`)
    }
    terminal.printJson({ items })
    if (!watch) return EXIT.done
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return EXIT.done
  }
}

function toLines(items: Item<'listLanes'>[]): string[] {
  if (items.length === 0) return ['There is no team key yet. Next: flightroster keys add']
  const head = ['TEAM KEY', 'STATE', 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED', 'BUDGET', 'NEXT VISIT']
  const rows = items.map(({ teamKey, state, budget, lane }) => [
    teamKey,
    state,
    ...[lane.waiting, lane.active, lane.delayed, lane.failed].map(String),
    `${budget.remaining ?? '?'}/${budget.limit ?? '?'}`,
    lane.nextVisitAt ? ago(lane.nextVisitAt) : '–',
  ])
  return toTable([head, ...rows])
}
