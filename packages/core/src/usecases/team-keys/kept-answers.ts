import type { AppRow, BuildRow, GroupRow } from '@flightroster/app-store-connect'
import { flag, list, nullable, number, object, text, type Shape } from '../../domain/shape.ts'

/** An answer of App Store Connect that is kept for a minute: under which name, and what it looks like. */
export interface KeptAnswer<T> {
  name: string
  shape: Shape<T>
}

/** A group and what helps to choose it. */
export interface DescribedGroup extends GroupRow {
  testers: number | null
  builds: BuildRow[]
}

const build = object<BuildRow>({
  id: text,
  number: text,
  version: nullable(text),
  platform: nullable(text),
  uploadedAt: nullable(number),
  expiresAt: nullable(number),
  expired: flag,
  processingState: text,
  externalState: nullable(text),
  usesNonExemptEncryption: nullable(flag),
})
const group = {
  id: text,
  name: text,
  isInternal: flag,
  hasAccessToAllBuilds: flag,
  testers: nullable(number),
  builds: list(build),
}
const groups = list(object<DescribedGroup>(group))
const builds = list(build)

/** Apps that a key sees. */
export const KEPT_APPS: KeptAnswer<AppRow[]> = {
  name: 'apps',
  shape: list(object<AppRow>({ id: text, bundleId: text, name: text })),
}
/** Where the groups of an app are kept for a minute, and their shape. */
export const keptGroups = (appId: string): KeptAnswer<DescribedGroup[]> => ({ name: `groups:${appId}`, shape: groups })
/** Where the builds of a group are kept for a minute, and their shape. */
export const keptBuilds = (groupId: string): KeptAnswer<BuildRow[]> => ({ name: `builds:${groupId}`, shape: builds })
/** Where the number of an app's testers is kept for a minute, once they were counted. */
export const keptSeats = (appId: string): KeptAnswer<number | null> => ({
  name: `seats:${appId}`,
  shape: nullable(number),
})
/** Where the number of people of an app's rosters who have a seat is kept for a minute. */
export const keptOwnSeats = (appId: string): KeptAnswer<number> => ({ name: `seats-ours:${appId}`, shape: number })
