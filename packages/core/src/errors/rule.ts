/** What the job that met the error does next. `retry` costs an attempt, `wait` and `block` never do. */
export type Disposition = 'retry' | 'wait' | 'block' | 'reject'

/** How far the stop reaches. `request` is a caller's own request, nothing beyond it. */
export type Reach = 'request' | 'member' | 'roster' | 'lane'

/** What follows from an error code, wherever it occurs. */
export interface ErrorRule {
  disposition: Disposition
  stops: Reach
  title: string
  action: string
}

export const rule = (disposition: Disposition, stops: Reach, title: string, action: string): ErrorRule => ({
  disposition,
  stops,
  title,
  action,
})
