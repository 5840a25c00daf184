const INTRODUCTION = `# What can go wrong, and what happens then

Made from [failure-modes.yaml](failure-modes.yaml) by \`node scripts/failure-modes.mjs\`; change it there.

The rule behind all of it: desired state is written before anything is answered, a job is only a reminder to converge, and an outcome is
recorded before its job ends. So whatever dies, the worst is that something is done once more.

Two things are not repaired by themselves: a member whose twelve attempts are used up (\`retries_exhausted\`), and a parked job
(\`job_parked\`). Both are visible in \`GET /v1/rosters/{rosterId}/members?status=failed\` with what to do, and each code is explained in
[errors.md](errors.md).

Each of these faults is caused on purpose by the tests named under its table; those of \`e2e\` run real processes and servers.
`

/** A test as the page names it: { file, title, row }; the row is one case of a table of cases, where it is named. */
export function readTest(text) {
  const [file, title, row] = text.split(' › ')
  return { file, title, row }
}

/** The page: for each group a table of faults, then the tests of each. */
export function formatFailureModes(groups) {
  const sections = groups.map(({ group, faults }) =>
    [
      `## ${group}`,
      '',
      '| | fault | what you see | what Flightroster does |',
      '| --- | --- | --- | --- |',
      ...faults.map(({ id, fault, seen, does }) => `| ${[id, fault, seen, does].map(cell).join(' | ')} |`),
      '',
      'Tests:',
      '',
      ...faults.flatMap(({ id, tests }) => tests.map((text) => `- ${id}: ${formatTest(readTest(text))}`)),
    ].join('\n'),
  )
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`
}

const cell = (text) => text.replaceAll('|', '\\|')

function formatTest({ file, title, row }) {
  const name = title.replace(/ \(seed [^)]+\)/, '')
  const words = [name === '%s' ? undefined : name, row].filter((part) => part !== undefined)
  return `\`${file}\`${words.length > 0 ? `, ${words.map((word) => `“${word}”`).join(', ')}` : ''}`
}
