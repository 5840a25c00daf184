const NEEDED = [20, 19]

/** The first thing that runs: one sentence instead of a syntax error from somewhere. Uses nothing that an old Node lacks. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return
  console.error(
    `Flightroster needs Node.js ${NEEDED.join('.')} or newer; this is ${version}. Install the current LTS from https://nodejs.org and try again.`,
  )
  process.exit(1)
}
