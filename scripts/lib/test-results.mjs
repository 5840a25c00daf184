import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/**
 * What vitest's JSON report says: { passed, skipped, failures }, each failure as { file, name, message }. A file that could not be
 * loaded is one failure; so are an exit code that no failure explains (an unhandled error, a crash), and a run without a report.
 */
export function readResults(report, exitCode, root) {
  const results = { passed: 0, skipped: 0, failures: [] }
  for (const { name: path, status, message, assertionResults } of report?.testResults ?? []) {
    const file = relative(root, path)
    const failed = assertionResults.filter((test) => test.status === 'failed')
    const passed = assertionResults.filter((test) => test.status === 'passed')
    results.passed += passed.length
    results.skipped += assertionResults.length - passed.length - failed.length
    for (const { fullName, failureMessages } of failed) {
      results.failures.push({ file, name: fullName, message: firstLines(failureMessages[0]) })
    }
    if (status === 'failed' && failed.length === 0) {
      results.failures.push({ file, name: 'could not be run', message: firstLines(message) })
    }
  }
  if (!report) {
    results.failures.push({ file: '', name: `vitest ended with ${exitCode} and without a report`, message: '' })
  } else if (exitCode !== 0 && results.failures.length === 0) {
    const name = `vitest ended with ${exitCode}, and no test failed: an unhandled error, see above`
    results.failures.push({ file: '', name, message: '' })
  }
  return results
}

/** For the end of a long log, where it is looked for first. */
export function tellFailure(project, { file, name, message }) {
  const lines = message === '' ? [] : message.split('\n').map((line) => `    ${line}`)
  return [`✗ ${[project, file, name].filter((part) => part !== '').join(' › ')}`, ...lines].join('\n')
}

/** Two lines that say something: neither empty ones nor the stack. */
function firstLines(message = '') {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '))
  return lines.slice(0, 2).join('\n')
}
