import { ERROR_RULES, type ErrorCode } from '@flightroster/core/errors'
import { z } from 'zod'
import { time, toTime } from './instant.ts'

/** What stops a team key or a roster, and who must do what. */
export const reportedProblem = z.object({ code: z.string(), detail: z.string(), action: z.string(), at: time })

/** A problem with what to do about it, as answers tell it; null where there is none. */
export function toReportedProblem(problem: { code: ErrorCode; detail: string; at: number } | null) {
  if (problem === null) return null
  return {
    code: problem.code,
    detail: problem.detail,
    action: ERROR_RULES[problem.code].action,
    at: toTime(problem.at),
  }
}
