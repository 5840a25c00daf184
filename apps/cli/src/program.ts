import { Command } from 'commander'
import { addFiles } from './commands/files.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEvents } from './commands/events.ts'
import { addKeys } from './commands/keys.ts'
import { addLanes } from './commands/lanes.ts'
import { addMembers } from './commands/members.ts'
import { addPlans } from './commands/plans.ts'
import { addScim } from './commands/scim.ts'
import { addCompletion } from './completion.ts'
import { addCommonOptions, createContext, readCommonOptions, terminalOf, type Context } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { VERSION } from './version.ts'

/** Makes an action of commander out of a command: its arguments, its options, and everything it works with. */
export type Bind = <O, A extends unknown[]>(
  run: (context: Context, options: O, ...args: A) => Promise<ExitCode>,
) => (...params: unknown[]) => Promise<void>

/** All commands. `signal`: Ctrl-C; `end`: ends the process. */
export function buildProgram(signal: AbortSignal, end: (code: ExitCode) => void): Command {
  const program = addCommonOptions(new Command('flightroster'))
    .description('Keeps TestFlight groups in step with a membership system.')
    .version(VERSION, '-V, --version')
    .helpOption('-h, --help')
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(flightroster --help shows how)')
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  const bind: Bind =
    (run) =>
    async (...params) => {
      const command = params.at(-1) as Command
      const options = readCommonOptions(command)
      const context = createContext(options, terminalOf(options), signal)
      const args = params.slice(0, -2) as never
      end(await run(context, command.opts() as never, ...(args as never)))
    }
  addDoctor(program, bind)
  addKeys(program, bind)
  addFiles(program, bind)
  addMembers(program, bind)
  addPlans(program, bind)
  addScim(program, bind)
  addLanes(program, bind)
  addEvents(program, bind)
  addCompletion(program, end)
  for (const leaf of leavesOf(program)) addCommonOptions(leaf)
  return program
}

/** Commands that do something; the others only hold them. */
function leavesOf(command: Command): Command[] {
  return command.commands.flatMap((one) => (one.commands.length > 0 ? leavesOf(one) : [one]))
}

const EXAMPLES = `
Examples:
  $ export FLIGHTROSTER_URL=https://beta.example.com FLIGHTROSTER_TOKEN=frt_…
  $ flightroster doctor
  $ flightroster plan -f rosters/
  $ flightroster members import people.csv --roster gold --dry-run
  $ flightroster members why gold u-17
  $ flightroster plans list --roster gold

Ends with 0 (done, or nothing to do), 1 (failed), 2 (wrong use, or a yes is needed and nobody can be asked),
3 (held, or a plan or dry run that found differences).
`
