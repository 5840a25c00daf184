import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Bind } from '../program.ts'
import { ago, printable } from '../terminal/table.ts'
import { importMembers } from './import-members.ts'

const TIMELINE = 10

/** `flightroster members`. */
export function addMembers(program: Command, bind: Bind): void {
  const members = program.command('members').description('the people of a roster')
  members
    .command('import <file>')
    .description(
      'makes a roster exactly this list (CSV, or JSON with "members"): shows the plan by name, asks, and follows it',
    )
    .requiredOption('--roster <id>', 'the roster')
    .option('--dry-run', 'only the plan; ends with 3 where there are differences')
    .option('-y, --yes', 'asks nothing')
    .option('--columns <map>', 'which column is what, such as "id:Record ID,email:E-mail"')
    .option('--allow-empty', 'an empty list may empty the roster, without an approval')
    .option('--no-wait', 'ends once the list is taken, before the last tester is in')
    .addHelpText(
      'after',
      `
Examples:
  $ flightroster members import people.csv --roster gold --dry-run
  $ flightroster members import people.csv --roster gold --yes
  $ flightroster members import export.csv --roster gold --columns "id:Record ID,email:E-mail"
`,
    )
    .action(bind(importMembers))
  members
    .command('why <roster> <id>')
    .description('where one person stands, why, and what to do')
    .addHelpText('after', '\nExample:\n  $ flightroster members why gold u-17\n')
    .action(bind(why))
}

async function why({ client, terminal }: Context, _options: object, roster: string, id: string): Promise<ExitCode> {
  const place = { rosterId: roster, memberId: id }
  const member = await client.getMember(place)
  const { items: timeline } = await client.getMemberTimeline({ ...place, limit: TIMELINE })
  terminal.printJson({ member, timeline })
  const { print, paint } = terminal
  const name = [member.firstName, member.lastName].filter(Boolean).join(' ')
  const who = [member.id, name, member.email ?? 'no address'].filter(Boolean).map(printable).join(', ')
  print(
    `${who}: ${paint.bold(member.status.replaceAll('_', ' '))} (should be ${member.desired})${member.protected ? ', protected' : ''}`,
  )
  const { problem, waitsFor } = member
  // What stops everybody comes before what is wrong with one.
  if (waitsFor) {
    const about = waitsFor.until === null ? waitsFor.code : `${waitsFor.code}, until ${waitsFor.until}`
    print(paint.yellow(`${waitsFor.detail} (${about})`), `Next: ${waitsFor.action}`)
  }
  if (problem) print(paint.yellow(`${problem.detail} (${problem.code})`), `Next: ${problem.action}`)
  if (!waitsFor && !problem) print('Nothing is in the way.')
  print('', 'What happened, newest first:')
  for (const { at, text, calls = [] } of timeline) {
    print(`  ${ago(at).padEnd(10)} ${printable(text)}`)
    for (const { call, status, code } of calls)
      print(paint.dim(`             ${call} → ${status ?? code ?? 'no answer'}`))
  }
  return EXIT.done
}
