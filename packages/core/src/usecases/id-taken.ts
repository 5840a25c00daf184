import { AppError } from '../errors.ts'

/** An id that a record has already which whoever asks may not see: of that record nothing else is told. */
export const idTaken = (id: string) =>
  new AppError('conflict', { message: `The id "${id}" is taken: choose another one.` })
