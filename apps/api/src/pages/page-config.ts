/** Options of a page that everybody who has logged in may open. */
export const VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'viewer' } } as const

/** A page for operators alone. */
export const OPERATOR_VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'operator' } } as const

/** A change, from a form. */
export const CHANGE = {
  schema: { hide: true },
  config: { scope: 'public', page: 'operator', takesBody: true },
} as const
