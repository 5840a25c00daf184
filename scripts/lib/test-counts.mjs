/**
 * Counts of vitest's JSON report. A file that could not be loaded counts as one failure; so does an exit code that no failure
 * explains (an unhandled error, a crash), and a run without a report.
 */
export function countTests(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report.testResults) {
    const before = count.failed
    for (const { status } of file.assertionResults) {
      if (status === 'passed') count.passed++
      else if (status === 'failed') count.failed++
      else count.skipped++
    }
    if (file.status === 'failed' && count.failed === before) count.failed++
  }
  if (exitCode !== 0 && count.failed === 0) count.failed = 1
  return count
}
