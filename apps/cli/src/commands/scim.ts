import type { Item } from '@flightroster/client'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Bind } from '../program.ts'
import { count, printable, toTable } from '../terminal/table.ts'

/** `flightroster scim`. */
export function addScim(program: Command, bind: Bind): void {
  const scim = program.command('scim').description('groups that identity providers pushed')
  scim
    .command('groups')
    .description('every group with its size and the rosters that name it')
    .addHelpText('after', '\nExample:\n  $ flightroster scim groups\n')
    .action(bind(groups))
  scim
    .command('preview <group>')
    .description('whom a roster would get if it named the group; changes nothing')
    .requiredOption('--roster <id>', 'the roster')
    .addHelpText('after', '\nExample:\n  $ flightroster scim preview "Beta testers" --roster gold\n')
    .action(bind(preview))
}

async function groups({ client, terminal }: Context): Promise<ExitCode> {
  const items: Item<'listPushedGroups'>[] = []
  for await (const group of client.all.listPushedGroups()) items.push(group)
  terminal.printJson({ items })
  if (items.length === 0) {
    terminal.print('No group has come yet.')
    return EXIT.done
  }
  const rows = items.map(({ displayName, members, rosters }) => [
    printable(displayName),
    String(members),
    rosters.length === 0 ? 'bound to nothing' : rosters.join(', '),
  ])
  terminal.print(...toTable([['GROUP', 'PEOPLE', 'ROSTERS'], ...rows]))
  return EXIT.done
}

/** Differences end with the code of differences, as of any dry run. */
async function preview(
  { client, terminal }: Context,
  { roster }: { roster: string },
  group: string,
): Promise<ExitCode> {
  const found = await client.previewScimGroup({ roster, group })
  const { plan, people, held, withoutAddress, others } = found
  terminal.printJson(found)
  const { print, paint } = terminal
  if (found.groups.length === 0) print(`No group of this name has come yet. Next: flightroster scim groups`)
  print(
    `${count(plan.add, 'person', 'people')} would be added, ${plan.remove} removed, ${plan.unchanged} are on ${roster} already; ${others} came otherwise and stay.`,
  )
  if (withoutAddress > 0)
    print(`${count(withoutAddress, 'person', 'people')} without an address would wait until one is given.`)
  for (const person of people.add) print(paint.green(`+ ${nameOf(person)}`))
  for (const person of people.remove) print(paint.red(`- ${nameOf(person)}`))
  if (held) print('The removals would be held until somebody approves them.')
  return plan.add + plan.remove > 0 ? EXIT.held : EXIT.done
}

const nameOf = ({
  id,
  email,
  firstName,
  lastName,
}: { [Name in 'email' | 'firstName' | 'lastName']: string | null } & { id: string }) =>
  printable([[firstName, lastName].filter(Boolean).join(' '), email ?? 'no address', id].filter(Boolean).join(', '))
