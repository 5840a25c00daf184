declare const CLI_VERSION: string | undefined

/** Written into the bundle; unbundled, as tests load it, there is none. */
export const VERSION = typeof CLI_VERSION === 'string' ? CLI_VERSION : '0.0.0'
