import { createFlightroster, type Flightroster } from '@flightroster/client'
import type { Command } from 'commander'
import { usageError } from './exit-codes.ts'
import { createTerminal, type Terminal } from './terminal/terminal.ts'

/** What every command works with. */
export interface Context {
  client: Flightroster
  terminal: Terminal
  /** Aborts at Ctrl-C. */
  signal: AbortSignal
  url: string
}

export interface CommonOptions {
  url?: string
  token?: string
  json?: boolean
  color?: boolean
}

/** On every command, so that they can stand behind it; before it they count as well. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--url <url>', 'address of the server; else FLIGHTROSTER_URL')
    .option('--token <token>', 'else FLIGHTROSTER_TOKEN, which no list of processes shows')
    .option('--json', 'one JSON document on standard output')
    .option('--no-color', 'no colours; also NO_COLOR')
}

export function readCommonOptions(command: Command): CommonOptions {
  const chain: Command[] = []
  for (let one: Command | null = command; one; one = one.parent) chain.unshift(one)
  // The nearest wins; a default never beats what was given further out.
  return Object.assign(
    {},
    ...chain.map((one) =>
      Object.fromEntries(
        Object.entries(one.opts<CommonOptions>()).filter(([name]) => one.getOptionValueSource(name) !== 'default'),
      ),
    ),
  ) as CommonOptions
}

/** The terminal as the options of every command want it. */
export const terminalOf = (options: CommonOptions): Terminal =>
  createTerminal({ isJson: options.json ?? false, color: options.color ?? true })

/** Client and terminal of one command. Throws a usage error where server or token is missing. */
export function createContext(options: CommonOptions, terminal: Terminal, signal: AbortSignal): Context {
  const url = options.url ?? process.env['FLIGHTROSTER_URL']
  const token = options.token ?? process.env['FLIGHTROSTER_TOKEN']
  if (!url) throw usageError('Which server?', 'Set FLIGHTROSTER_URL, or add --url https://….')
  if (!/^https?:\/\//.test(url)) throw usageError(`"${url}" is not an address.`, 'It begins with https:// or http://.')
  if (!token) throw usageError('There is no token.', 'Set FLIGHTROSTER_TOKEN, or add --token.')
  if (/[^\x21-\x7e]/.test(token)) throw usageError('The token holds a space or another character that no token has.')
  const abortable = (request: Request) => fetch(request, { signal: AbortSignal.any([request.signal, signal]) })
  return { client: createFlightroster({ url, token, fetch: abortable }), terminal, signal, url }
}
