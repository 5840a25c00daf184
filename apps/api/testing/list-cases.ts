import { COLUMNS } from './list-cases/columns.ts'
import { DRESSED } from './list-cases/dressed.ts'
import type { ListCase } from './list-cases/list-case.ts'
import { MISREAD, SLIPS } from './list-cases/misread.ts'
import { FIRST_COLUMNS, KEPT_OUT, PLAIN, WITHOUT_IDS } from './list-cases/plain.ts'
import { SPOILT } from './list-cases/spoilt.ts'

export { ROSTER, type ListCase, type Plan } from './list-cases/list-case.ts'
export { WAYS_TO_SAVE } from './list-cases/ways-to-save.ts'

export const LIST_CASES: ListCase[] = [
  ...PLAIN,
  ...FIRST_COLUMNS,
  ...WITHOUT_IDS,
  ...KEPT_OUT,
  ...SPOILT,
  ...DRESSED,
  ...SLIPS,
  ...MISREAD,
  ...COLUMNS,
]
