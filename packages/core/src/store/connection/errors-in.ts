/** An error and what is behind it: a transaction only says that it was given up; why, the commands in it were told. */
export function errorsIn(error: unknown): Error[] {
  if (!(error instanceof Error)) return []
  const previous = 'previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : []
  return [error, ...previous.filter((one) => one instanceof Error)]
}
