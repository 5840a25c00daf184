import { z } from 'zod'
import { maskEmail } from './address.ts'

/** One entry of Apple's ErrorResponse, as far as it is used; texts are masked and shortened. */
export interface AppleProblem {
  code: string
  title: string
  detail: string
  /** JSON pointer into our body, or the name of the query parameter. */
  pointer: string
}

const LONGEST_INPUT = 2_000
const LONGEST_TEXT = 500

const text = z.string().catch('')
const errorSchema = z.object({
  code: text,
  title: text,
  detail: text,
  source: z.object({ pointer: text, parameter: text }).catch({ pointer: '', parameter: '' }),
})
const responseSchema = z.object({ errors: z.array(z.unknown()) })

/** Apple's errors in an answer; empty where the body is an HTML page, nothing, or anything else. */
export function parseAppleProblems(body: string | null): AppleProblem[] {
  const response = responseSchema.safeParse(parseJson(body ?? ''))
  if (!response.success) return []
  return response.data.errors.flatMap((entry) => {
    const error = errorSchema.safeParse(entry)
    return error.success ? [toProblem(error.data)] : []
  })
}

/** undefined where it is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

function toProblem({ code, title, detail, source }: z.infer<typeof errorSchema>): AppleProblem {
  return {
    code: maskAddresses(code),
    title: maskAddresses(title),
    detail: maskAddresses(detail),
    pointer: maskAddresses(source.pointer || source.parameter),
  }
}

/**
 * Every run of characters with an at sign in it is masked whole: almost anything may stand in a local part. Cut before it is
 * masked, since the text is from outside and may be long; a run that the cut went through is dropped, it may be half an address.
 * @internal
 */
export function maskAddresses(value: string): string {
  const bounded = value.length > LONGEST_INPUT ? value.slice(0, LONGEST_INPUT).replace(/\S*$/, '') : value
  const masked = bounded.replace(/\S*(?:@|%40)\S*/gi, (run) => (run.includes('@') ? maskEmail(run) : '…'))
  return masked.length > LONGEST_TEXT ? `${masked.slice(0, LONGEST_TEXT)}…` : masked
}
