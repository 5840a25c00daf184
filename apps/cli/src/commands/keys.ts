import type { Command } from 'commander'
import { basename } from 'node:path'
import { EXIT, usageError, type ExitCode } from '../exit-codes.ts'
import type { Context } from '../context.ts'
import type { Bind } from '../program.ts'
import { readInput } from '../read-input.ts'
import { printFindings } from '../terminal/findings.ts'

interface AddOptions {
  issuerId: string
  keyId?: string
  keyFile?: string
  keyEnv?: string
}

/** `flightroster keys`. */
export function addKeys(program: Command, bind: Bind): void {
  const keys = program.command('keys').description('team keys of App Store Connect')
  keys
    .command('add <id>')
    .description('adds a team key, or replaces one; its rosters, backlog and budget stay')
    .requiredOption('--issuer-id <id>', 'issuer id, above the list of keys in App Store Connect')
    .option('--key-id <id>', 'key id; else taken from the name of the file, AuthKey_<key id>.p8')
    .option('--key-file <path>', 'the .p8 file; - reads standard input')
    .option('--key-env <name>', 'the environment variable that holds the text of the .p8 file')
    .addHelpText(
      'after',
      '\nExample:\n  $ flightroster keys add acme --issuer-id 57246542-… --key-file AuthKey_2X9R4HXF34.p8\n',
    )
    .action(bind(add))
  keys
    .command('check <id>')
    .description('checks step by step what the key can do')
    .addHelpText('after', '\nExample:\n  $ flightroster keys check acme\n')
    .action(bind(check))
}

async function add({ client, terminal }: Context, options: AddOptions, id: string): Promise<ExitCode> {
  const keyId = options.keyId ?? /^AuthKey_([A-Za-z0-9]+)\.p8$/.exec(basename(options.keyFile ?? ''))?.[1]
  if (!keyId) throw usageError('The key id is missing.', 'Add --key-id.')
  const privateKey = await readKey(options)
  const key = await client.putTeamKey({ teamKeyId: id, body: { issuerId: options.issuerId, keyId, privateKey } })
  terminal.print(`Team key ${key.id} is kept (${key.keyId}); the private key can't be read again.`)
  terminal.print(`Next: flightroster keys check ${key.id}`)
  terminal.printJson(key)
  return EXIT.done
}

async function readKey({ keyFile, keyEnv }: AddOptions): Promise<string> {
  if ((keyFile === undefined) === (keyEnv === undefined)) {
    throw usageError('The private key is missing.', 'Give one of --key-file and --key-env.')
  }
  if (keyFile !== undefined) return readInput(keyFile)
  const text = process.env[keyEnv ?? '']
  if (!text) throw usageError(`The variable ${keyEnv} is not set.`)
  return text
}

async function check({ client, terminal }: Context, _options: object, id: string): Promise<ExitCode> {
  const answer = await client.checkTeamKey({ teamKeyId: id })
  printFindings(
    terminal,
    answer.findings.map((finding) => ({ ...finding, check: finding.check.replaceAll('_', ' ') })),
  )
  terminal.printJson(answer)
  return answer.findings.every(({ ok }) => ok === true) ? EXIT.done : EXIT.failed
}
