/** Options of a page that everybody who has logged in may open. */
export const VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'viewer' } } as const

/** The same of one that looks through very much where it is searched, or always (plugins/long-reads.ts). */
export const SEARCHED_VIEW = { ...VIEW, config: { ...VIEW.config, readsMuch: 'searched' } } as const
/** The same of one that always does. */
export const LONG_VIEW = { ...VIEW, config: { ...VIEW.config, readsMuch: 'always' } } as const

/** A page for operators alone. */
export const OPERATOR_VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'operator' } } as const

/** A change, from a form. */
export const CHANGE = {
  schema: { hide: true },
  config: { scope: 'public', page: 'operator', takesBody: true },
} as const
