import type { BuildRow } from '@flightroster/app-store-connect'
import { BUILD_STATES } from '@flightroster/core/domain'
import type { ListedBuild } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import { time, toTimeOrNull } from './instant.ts'
import { giveExample } from './example.ts'

/** A build, in answers. */
export const build = z.object({
  id: z.string(),
  version: z.string().nullable(),
  number: z.string(),
  platform: z.string().nullable(),
  processingState: z.string(),
  externalState: z.string().nullable(),
  uploadedAt: time.nullable(),
  expiresAt: time.nullable(),
  expired: z.boolean(),
})
const EXAMPLE = {
  id: 'b-42',
  version: '1.0',
  number: '42',
  platform: 'IOS',
  processingState: 'VALID',
  externalState: 'IN_BETA_TESTING',
  uploadedAt: '2026-11-22T08:00:00.000Z',
  expiresAt: '2027-02-20T08:00:00.000Z',
  expired: false,
}
giveExample(build, EXAMPLE)

/** As a roster's group has it. */
export const listedBuild = build.extend({ state: z.enum(BUILD_STATES), usable: z.boolean() })
giveExample(listedBuild, { ...EXAMPLE, state: 'testing', usable: true })

/** A build as answers tell it. */
export function toBuild(row: BuildRow): z.output<typeof build> {
  return {
    id: row.id,
    version: row.version,
    number: row.number,
    platform: row.platform,
    processingState: row.processingState,
    externalState: row.externalState,
    uploadedAt: toTimeOrNull(row.uploadedAt),
    expiresAt: toTimeOrNull(row.expiresAt),
    expired: row.expired,
  }
}

/** The same in the list of a roster, with its state and whether testers can install it. */
export function toListedBuild(row: ListedBuild): z.output<typeof listedBuild> {
  return { ...toBuild(row), state: row.state, usable: row.usable }
}
