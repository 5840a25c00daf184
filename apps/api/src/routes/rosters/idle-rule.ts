import { RECLAIM_MODES } from '@flightroster/core/domain'
import { z } from 'zod'

/** Apple's longest period of usage. */
const MOST_DAYS = 365

const days = (what: string) =>
  z.number().int().min(1).max(MOST_DAYS).nullable().describe(`${what}, in days; null: it is not looked for`)

/** When a seat counts as idle, as it is read. */
export const idleRule = z.object({
  notAcceptedDays: days('Invited, and not accepted'),
  notInstalledDays: days('Accepted, and not installed'),
  noSessionDays: days('Installed, and no session'),
  graceDays: z
    .number()
    .int()
    .min(0)
    .max(MOST_DAYS)
    .describe('Between `member.idle` and the day the seat is taken back'),
  reclaim: z
    .enum(RECLAIM_MODES)
    .describe('Whether seats are taken back without anybody asking; `when_full`: only while somebody waits for one'),
})

/** As it is put: what is left out is not looked for, and nothing is taken back by itself. */
export const idleRuleInput = z
  .strictObject({
    notAcceptedDays: idleRule.shape.notAcceptedDays.default(null),
    notInstalledDays: idleRule.shape.notInstalledDays.default(null),
    noSessionDays: idleRule.shape.noSessionDays.default(null),
    graceDays: idleRule.shape.graceDays.default(7),
    reclaim: idleRule.shape.reclaim.default('never'),
  })
  .nullable()
  .default(null)
  .describe('When a seat counts as idle; null: nobody looks')
