const INTRODUCTION = `# Error codes

Made from \`packages/core/src/errors/\` by \`node scripts/errors-doc.mjs\`; change it there.

A code is part of the contract: compare codes, never sentences. Callers see it as \`code\` of a problem
(\`application/problem+json\`), as \`problem.code\` of a member, a roster or a team key, and in the timeline of a member.

What follows from a code:

| word | what the job does |
| --- | --- |
| retry | tried again with growing pauses, twelve attempts over about a day; then the member is \`failed\`, to be retried by hand |
| wait | the member or the lane waits until it is worth another look; no attempt is used |
| block | the lane or the roster stops, is checked every few minutes, and continues by itself after a passed check |
| reject | final; nothing is retried until something changes |
`

const REACHES = [
  [
    'request',
    "A caller's request",
    'Nothing but this request is affected. `retry` means: the caller may send it again.',
  ],
  ['member', 'One member', 'The other members of the roster are not affected.'],
  ['roster', 'One roster', "The team key's other rosters are not affected."],
  ['lane', 'One team key', 'Everything that goes through this team key. Other team keys are not affected.'],
]

/** The page, from the table: a section for each reach, codes in the table's order. */
export function formatErrorsDoc(rules) {
  const sections = REACHES.map(([reach, title, note]) => {
    const rows = Object.entries(rules).filter(([, rule]) => rule.stops === reach)
    const lines = rows.map(([code, rule]) => row([`\`${code}\``, rule.title, rule.disposition, rule.action]))
    return [
      `## ${title}`,
      '',
      note,
      '',
      row(['code', 'when', 'then', 'what to do']),
      '| --- | --- | --- | --- |',
      ...lines,
    ].join('\n')
  })
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/<([^>]+)>/g, '`<$1>`')).join(' | ')} |`
}
