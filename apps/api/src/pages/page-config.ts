/** Options of a page that everybody who has logged in may open. */
export const VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'viewer' } } as const

/** The same of one that looks through very much where it is searched, or always (plugins/long-reads.ts). */
export const SEARCHED_VIEW = { ...VIEW, config: { ...VIEW.config, readsMuch: 'searched' } } as const
/** The same of one that always does. */
export const LONG_VIEW = { ...VIEW, config: { ...VIEW.config, readsMuch: 'always' } } as const

/** A page for operators alone. */
export const OPERATOR_VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'operator' } } as const

/** The same of one that looks through very much, such as a file of a whole roster. */
export const LONG_OPERATOR_VIEW = {
  ...OPERATOR_VIEW,
  config: { ...OPERATOR_VIEW.config, readsMuch: 'always' },
} as const

/** A change, from a form. */
export const CHANGE = {
  schema: { hide: true },
  config: { scope: 'public', page: 'operator', takesBody: true },
} as const
/** A question that is posted, so that what it asks for stands in no path, and that looks through very much. */
export const LONG_QUESTION = { ...CHANGE, config: { ...CHANGE.config, readsMuch: 'always' } } as const
