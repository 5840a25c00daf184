import { CommandError } from '../exit-codes.ts'

/** One thing wrong in a file, where a person finds it. */
export interface Fault {
  file: string
  line: number
  column: number
  detail: string
}

/** All faults of all files at once. */
export class FileFaults extends CommandError {
  readonly faults: Fault[]

  constructor(faults: Fault[]) {
    super(faults.length === 1 ? 'The files have a fault.' : `The files have ${faults.length} faults.`, {
      code: 'file_not_understood',
      action: 'Correct the places that are named; nothing was changed by them.',
    })
    this.faults = faults
  }
}
