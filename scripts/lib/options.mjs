import { Stop } from './say.mjs'

const HELP = `npm start                 Flightroster with an App Store Connect emulator and a few made-up members
npm start -- --quiet      the same, without what the demo does by itself in its first minute
npm start -- --apple      Flightroster against Apple, with data of its own (.flightroster-apple/)

PORT=3000                 where the API listens
REDIS_URL=redis://…       use this Redis; otherwise one is started
More variables: README.md`

/** { apple, quiet } or { help } */
export function parseOptions(args) {
  const unknown = args.filter((arg) => !['--apple', '--quiet', '--help', '-h'].includes(arg))
  if (unknown.length > 0) throw new Stop(`There is no option ${unknown[0]}.`, HELP)
  if (args.includes('--help') || args.includes('-h')) return { help: HELP }
  return { apple: args.includes('--apple'), quiet: args.includes('--quiet') }
}
