import { printable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** One thing that was checked; `ok` null: it could not be judged. */
export interface Finding {
  check: string
  ok: boolean | null
  detail: string
  action: string | null
}

/** A line a check, and what to do below what is not well. */
export function printFindings({ paint, print }: Terminal, findings: readonly Finding[]): void {
  for (const { check, ok, detail, action } of findings) {
    const mark = ok === null ? paint.dim('·') : ok ? paint.green('✓') : paint.red('✗')
    print(`${mark} ${printable(check)}: ${detail}`)
    if (ok !== true && action) print(`    Next: ${action}`)
  }
}
