import type { ResolveName } from '../src/callbacks/index.ts'

/** The names of a machine without a network: its own. Name servers are no part of a test; they may be slow, or there may be none. */
export const ownNames: ResolveName = async (name) => (/(^|\.)localhost\.?$/i.test(name) ? ['127.0.0.1', '::1'] : [])
