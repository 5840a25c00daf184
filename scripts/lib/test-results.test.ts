import { expect, test } from 'vitest'
import { readResults, tellFailure } from './test-results.mjs'

const file = (status: string, ...statuses: string[]) => ({
  name: '/repo/e2e/lanes.test.ts',
  status,
  message: '',
  assertionResults: statuses.map((each) => ({ status: each, fullName: 'lanes are served', failureMessages: [] })),
})

test.each([
  ['passed, failed and skipped tests', [file('failed', 'passed', 'failed', 'pending', 'todo')], 1, [1, 1, 2]],
  ['a file that could not be loaded as one failure', [file('failed'), file('passed', 'passed')], 1, [1, 1, 0]],
  ['a bad exit code without a failed test as one failure', [file('passed', 'passed')], 1, [1, 1, 0]],
  ['nothing where nothing ran', [], 0, [0, 0, 0]],
])('counts %s', (_, testResults, exitCode, counts) => {
  const { passed, failures, skipped } = readResults({ testResults }, exitCode, '/repo')
  expect([passed, failures.length, skipped]).toEqual(counts)
})

const tell = (report: unknown, exitCode = 1) =>
  readResults(report, exitCode, '/repo').failures.map((failure) => tellFailure('e2e', failure))

test('names a failed test by project, file and name, with the first two lines of its message', () => {
  const message = [
    'AssertionError: \u001B[31mexpected\u001B[39m 2 to be 3',
    '',
    'After 5 s',
    '    at /repo/e2e/lanes.test.ts:2:69',
    'and more',
  ].join('\n')
  const failed = { status: 'failed', fullName: 'lanes are served', failureMessages: [message] }
  const other = { status: 'passed', fullName: 'lanes go on', failureMessages: [] }
  expect(tell({ testResults: [{ ...file('failed'), assertionResults: [other, failed] }] })).toEqual([
    '✗ e2e › e2e/lanes.test.ts › lanes are served\n    AssertionError: expected 2 to be 3\n    After 5 s',
  ])
})

test('names a file that failed to load, with what stood in its way', () => {
  const message = "Cannot find module './nope.ts' imported from /repo/e2e/lanes.test.ts"
  expect(tell({ testResults: [{ ...file('failed'), message }] })).toEqual([
    `✗ e2e › e2e/lanes.test.ts › could not be run\n    ${message}`,
  ])
})

test('says what ended where no test failed', () => {
  expect(tell(undefined, 137)).toEqual(['✗ e2e › vitest ended with 137 and without a report'])
  expect(tell({ testResults: [file('passed', 'passed')] })).toEqual([
    '✗ e2e › vitest ended with 1, and no test failed: an unhandled error, see above',
  ])
})
