import { expect, test } from 'vitest'
import { countTests } from './test-counts.mjs'

const file = (status: string, ...statuses: string[]) => ({
  status,
  assertionResults: statuses.map((each) => ({ status: each })),
})

test.each([
  ['passed, failed and skipped tests', [file('failed', 'passed', 'failed', 'pending', 'todo')], 1, [1, 1, 2]],
  ['a file that could not be loaded as one failure', [file('failed'), file('passed', 'passed')], 1, [1, 1, 0]],
  ['a bad exit code without a failed test as one failure', [file('passed', 'passed')], 1, [1, 1, 0]],
  ['nothing where nothing ran', [], 0, [0, 0, 0]],
])('counts %s', (_, testResults, exitCode, [passed, failed, skipped]) => {
  expect(countTests({ testResults }, exitCode)).toEqual({ passed, failed, skipped })
})

test('counts a run without a report as one failure', () => {
  expect(countTests(undefined, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
