import { Command, Option } from 'commander'
import { EXIT, usageError, type ExitCode } from './exit-codes.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** `flightroster completion`. */
export function addCompletion(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('completion <shell>')
    .description('prints completion for bash, zsh or fish')
    .addHelpText(
      'after',
      `
Examples:
  $ flightroster completion bash > /etc/bash_completion.d/flightroster
  $ flightroster completion zsh > "\${fpath[1]}/_flightroster"
  $ flightroster completion fish > ~/.config/fish/completions/flightroster.fish
`,
    )
    .action((shell: string) => {
      const known = SHELLS.find((name) => name === shell)
      if (!known) throw usageError(`There is no completion for ${shell}.`, `Choose one of ${SHELLS.join(', ')}.`)
      process.stdout.write(toCompletion(program, known))
      end(EXIT.done)
    })
}

/** What can come after some words of the command line. */
interface Place {
  path: string[]
  commands: { name: string; description: string }[]
  options: { flags: string[]; description: string; takesValue: boolean }[]
  takesFile: boolean
}

/** A static script of the very commands there are: nothing runs while somebody presses Tab. */
function toCompletion(program: Command, shell: Shell): string {
  const places = placesOf(program, [])
  switch (shell) {
    case 'bash':
      return toBash(places)
    case 'zsh':
      return `#compdef flightroster\nautoload -U +X bashcompinit && bashcompinit\n${toBash(places)}`
    case 'fish':
      return toFish(places)
  }
}

function placesOf(command: Command, path: string[]): Place[] {
  const help = new Option('-h, --help', 'shows how')
  const here: Place = {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), description: one.description() })),
    options: [...command.options, help].map(({ short, long, description, required, optional }) => ({
      flags: [short, long].filter((flag) => flag !== undefined),
      description,
      takesValue: required || optional,
    })),
    takesFile: command.registeredArguments.some((argument) => /file|dir/i.test(argument.name())),
  }
  return [here, ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()]))]
}

/** zsh runs the same by bashcompinit. */
function toBash(places: Place[]): string {
  const arms = places.map(({ path, commands, options, takesFile }) => {
    const words = [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)]
    const files = takesFile ? ' files=1' : ''
    return `    '${path.join(' ')}') words='${words.join(' ')}'${files} ;;`
  })
  const valued = unique(
    places.flatMap(({ options }) => options.filter((one) => one.takesValue).flatMap((one) => one.flags)),
  )
  const heads = places.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`)
  return `_flightroster() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' files='' skip='' word next
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ -n "$skip" ]; then skip=''; continue; fi
    case "$word" in
      ${valued.join('|')}) skip=1; continue ;;
      -*) continue ;;
    esac
    next="\${path:+$path }$word"
    case "$next" in
      ${heads.join('|')}) path="$next" ;;
    esac
  done
  case "$previous" in
    ${valued.join('|')}) COMPREPLY=( $(compgen -f -- "$current") ); return ;;
  esac
  case "$path" in
${arms.join('\n')}
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
  if [ -n "$files" ] && [[ "$current" != -* ]]; then COMPREPLY+=( $(compgen -f -- "$current") ); fi
}
complete -o filenames -F _flightroster flightroster
`
}

function toFish(places: Place[]): string {
  const lines = places.flatMap(({ path, commands, options, takesFile }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
    const below =
      commands.length > 0 ? [`not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(' ')}`] : []
    const condition = [...seen, ...below].join('; and ')
    const when = condition ? ` -n '${condition}'` : ''
    return [
      ...commands.map(
        ({ name, description }) => `complete -c flightroster -f${when} -a ${name} -d ${quote(description)}`,
      ),
      ...options.map(({ flags, description, takesValue }) => {
        const words = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
        return `complete -c flightroster${when} ${words.join(' ')}${takesValue ? ' -r' : ''} -d ${quote(description)}`
      }),
      ...(takesFile ? [`complete -c flightroster -F${when}`] : []),
    ]
  })
  return `complete -c flightroster -f\n${lines.join('\n')}\n`
}

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const unique = (words: string[]) => [...new Set(words)]
