import { noteOddOfAll } from '@flightroster/core/usecases/scim'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { askedBy, type AskedDeps } from '../on-behalf-of.ts'
import { contextOf, type ScimContext } from './context.ts'
import { attributesOf, parseFilter, type Filter } from './filter.ts'
import { readWindow, type listQuery, type Window } from './lists.ts'

/** A search, read and bounded, before anything was looked up. */
export interface OpenList {
  context: ScimContext
  window: Window
  filter: Filter | undefined
}

/** What a list of users or groups is asked for. `known`: attributes that a filter may name without a word in the notes. */
export async function openList(
  deps: ApiDeps,
  request: FastifyRequest,
  query: z.output<typeof listQuery>,
  known: ReadonlySet<string>,
): Promise<OpenList> {
  const context = contextOf(deps, request)
  const window = readWindow(query)
  const filter = query.filter === undefined ? undefined : parseFilter(query.filter)
  if (filter) await noteUnknown(askedBy(deps, request), context, attributesOf(filter), known)
  return { context, window, filter }
}

async function noteUnknown(
  deps: AskedDeps,
  { directory }: ScimContext,
  named: readonly string[],
  known: ReadonlySet<string>,
): Promise<void> {
  const unknown = named.filter((name) => !known.has(name) && !name.startsWith('urn:'))
  if (unknown.length === 0) return
  await noteOddOfAll(
    deps,
    directory,
    `SCIM: a filter names ${unknown[0]?.slice(0, 100) ?? ''}, which nobody has; nobody was found by it.`,
  )
}
