import type { Command } from 'commander'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { explain } from '../explain.ts'
import { applyPlan } from '../files/apply-plan.ts'
import { exportFiles } from '../files/export-files.ts'
import { readServer, specOf, type Kind } from '../files/kinds.ts'
import { makePlan, type Change, type Plan } from '../files/make-plan.ts'
import { readOutlooks, type Outlook } from '../files/outlook.ts'
import { readWanted } from '../files/read-files.ts'
import type { Bind } from '../program.ts'
import { count, printable } from '../terminal/table.ts'

interface PlanFlags {
  file: string
  prune?: boolean
  secrets?: boolean
}

interface ApplyFlags extends PlanFlags {
  yes?: boolean
  secretsTo?: string
}

/** `flightroster plan`, `apply` and `export`. */
export function addFiles(program: Command, bind: Bind): void {
  const withFiles = (command: Command) =>
    command
      .requiredOption('-f, --file <dir or file>', 'a YAML file, or a folder of them')
      .option('--prune', 'deletes what is in none of the files')
      .option('--secrets', 'sends all secrets again, since nobody can see whether they changed')
  withFiles(program.command('plan'))
    .description('what apply would change, exactly; ends with 3 where there are differences')
    .addHelpText(
      'after',
      '\nExamples:\n  $ flightroster plan -f rosters/\n  $ flightroster plan -f rosters/ --prune --json\n',
    )
    .action(bind(plan))
  withFiles(program.command('apply'))
    .description('makes the server match the files: team keys, rosters, webhooks, notices, sources')
    .option('-y, --yes', 'asks nothing')
    .option('--secrets-to <dir>', "where a new webhook's secret goes, which is shown only once")
    .addHelpText(
      'after',
      '\nExamples:\n  $ flightroster apply -f rosters/\n  $ flightroster apply -f rosters/ --yes --secrets-to secrets/\n',
    )
    .action(bind(apply))
  program
    .command('export <dir>')
    .description('writes what the server has to files, without secrets; existing files keep their comments')
    .addHelpText('after', '\nExample:\n  $ flightroster export rosters/ && flightroster plan -f rosters/\n')
    .action(bind(exportTo))
}

async function planOf({ client }: Context, { file, prune, secrets }: PlanFlags): Promise<PlanWithOutlooks> {
  const wanted = await readWanted(file)
  const made = makePlan(wanted, await readServer(client), { prune: prune ?? false, sendSecrets: secrets ?? false })
  return { ...made, outlooks: await readOutlooks(client, made) }
}

type PlanWithOutlooks = Plan & { outlooks: Outlook[] }

async function plan(context: Context, flags: PlanFlags): Promise<ExitCode> {
  const made = await planOf(context, flags)
  printPlan(context, made)
  context.terminal.printJson(toJson(made))
  return made.changes.length > 0 ? EXIT.held : EXIT.done
}

async function apply(context: Context, flags: ApplyFlags): Promise<ExitCode> {
  const { client, terminal, signal } = context
  const made = await planOf(context, flags)
  printPlan(context, made)
  if (made.changes.length === 0) {
    terminal.printJson({ ...toJson(made), applied: [], skipped: [], failed: [] })
    return EXIT.done
  }
  const deletions = made.changes.filter(({ action }) => action === 'delete').length
  const warning = deletions > 0 ? `, ${deletions} of them deletions` : ''
  await terminal.mustAgree(`Carry out ${count(made.changes.length, 'change')}${warning}?`, flags.yes ?? false)
  const { done, failed, skipped } = await applyPlan(made, {
    client,
    signal,
    sendSecrets: flags.secrets ?? false,
    async onDone(change, answer) {
      terminal.print(`${terminal.paint.green('✓')} ${nameOf(change)}`)
      await keepSecret(context, change, answer, flags.secretsTo)
    },
    onFailed({ change, error }) {
      const { sentence, code, action, faults } = explain(error)
      terminal.note(`✗ ${nameOf(change)}: ${sentence} (${code})`)
      for (const { pointer, detail } of faults) terminal.note(`${pointer}: ${printable(detail)}`)
      if (action) terminal.note(`  Next: ${action}`)
    },
  })
  if (skipped.length > 0) {
    const names = skipped.slice(0, 5).map(nameOf).join(', ')
    const more = skipped.length > 5 ? ' and others' : ''
    terminal.note(
      `${count(skipped.length, 'change')} left out after that (${names}${more}). The same command goes on from there.`,
    )
  }
  terminal.print(`${done.length} done, ${failed.length} failed.`)
  terminal.printJson({
    ...toJson(made),
    applied: done.map(({ kind, id, action }) => ({ kind, id, action })),
    skipped: skipped.map(({ kind, id, action }) => ({ kind, id, action })),
    failed: failed.map(({ change, error }) => {
      const { code, sentence, action, faults } = explain(error)
      return { kind: change.kind, id: change.id, code, detail: sentence, action, errors: faults }
    }),
  })
  return failed.length > 0 ? EXIT.failed : EXIT.done
}

const nameOf = ({ kind, id }: { kind: Kind; id: string }) => `${specOf(kind).title} ${id}`

/** A webhook's secret is made by the server and shown once: into a file, or to somebody who looks; never into a log. */
async function keepSecret({ terminal }: Context, { id }: Change, answer: unknown, folder: string | undefined) {
  const secret = (answer as { secret?: unknown } | undefined)?.secret
  if (typeof secret !== 'string') return
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, `${id}.webhook-secret`)
    await writeFile(path, `${secret}\n`, { mode: 0o600 })
    terminal.print(`  Its secret is in ${path}.`)
  } else if (process.stdout.isTTY && !terminal.isJson) {
    terminal.print(`  Its secret, shown this once: ${secret}`)
  } else {
    terminal.note(
      `  The secret of webhook ${id} is not shown here: use --secrets-to, or ask for a new one (rotate-secret).`,
    )
  }
}

const MARKS = { create: '+', update: '~', delete: '-' } as const

function printPlan({ terminal }: Context, { changes, unchanged, unlisted, drift, outlooks }: PlanWithOutlooks): void {
  const { paint, print } = terminal
  const colors = { create: paint.green, update: paint.yellow, delete: paint.red }
  for (const change of changes) {
    print(colors[change.action](`${MARKS[change.action]} ${nameOf(change)}`))
    for (const { path, from, to } of change.fields) {
      const was = change.action === 'update' ? `${show(from)} → ` : ''
      print(`    ${printable(path.join('.'))}: ${was}${show(to)}`)
    }
  }
  for (const outlook of outlooks) print(describeOutlook(outlook))
  const kinds = new Map<Kind, string[]>()
  for (const { kind, id } of unlisted) kinds.set(kind, [...(kinds.get(kind) ?? []), id])
  for (const [kind, ids] of kinds) {
    print(
      `In none of the files, and left alone: ${specOf(kind).title} ${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ', …' : ''}`,
    )
  }
  for (const { roster, testers } of drift) {
    print(`Roster ${roster}: ${count(testers, 'tester')} in its group whom nobody put on it.`)
  }
  const by = (action: Change['action']) => changes.filter((change) => change.action === action).length
  print(
    `${by('create')} to make, ${by('update')} to change, ${by('delete')} to delete, ${unchanged} as they should be.`,
  )
}

function describeOutlook({ roster, group, add, remove, held, withoutAddress }: Outlook): string {
  if (group === null) return `Roster ${roster} would name no SCIM group any more. The people whom it has stay.`
  const waiting = withoutAddress > 0 ? ` (${withoutAddress} without an address)` : ''
  const approval = held ? ', once somebody approves it' : ''
  return `Roster ${roster} would take its people from "${printable(group)}": ${add} would be added${waiting}, ${remove} removed${approval}.`
}

const show = (value: unknown) =>
  value === undefined ? 'not set' : printable(typeof value === 'string' ? value : JSON.stringify(value))

function toJson({ changes, unchanged, unlisted, drift, outlooks }: PlanWithOutlooks) {
  return {
    changes: changes.map(({ kind, id, action, fields }) => ({
      kind,
      id,
      action,
      fields: fields.map(({ path, from, to }) => ({ field: path.join('.'), from: from ?? null, to: to ?? null })),
    })),
    unchanged,
    unlisted,
    drift,
    scim: outlooks,
  }
}

async function exportTo({ client, terminal }: Context, _flags: object, folder: string): Promise<ExitCode> {
  const exported = await exportFiles(await readServer(client), folder)
  for (const path of exported.written) terminal.print(`Wrote ${path}`)
  for (const { kind, id, file } of exported.gone) {
    terminal.note(`${nameOf({ kind, id })} of ${file} is not on the server any more; it was left in the file.`)
  }
  terminal.print(`Secrets are left out. ${count(exported.unchanged, 'file')} needed no change.`)
  terminal.printJson(exported)
  return EXIT.done
}
