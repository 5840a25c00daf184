import { AppleError, entityError, notFound, stateError } from './errors.ts'
import type { Settings } from './settings.ts'

/** A removal names someone who is not in: refused or taken as done, by setting. */
export function notMember(settings: Settings, testerId: string): void {
  if (settings.removeNonMember === 404) throw notFound('betaTesters', testerId)
  if (settings.removeNonMember === 409) throw stateError('Tester(s) cannot be removed')
}

/** The text says what Apple's is known to say: that a limit is reached. */
export function seatsFull(settings: Settings): AppleError {
  const detail = `You have reached the limit of ${settings.seatsPerApp} external testers for this app.`
  return stateError(detail, 'STATE_ERROR', settings.seatsFullAnswer)
}

export function checkChunk(settings: Settings, count: number): void {
  const { chunkMax, chunkMaxAnswer } = settings
  if (chunkMax === null || count <= chunkMax) return
  const detail = `The relationship has too many items: ${count}, where ${chunkMax} are allowed.`
  throw entityError('RELATIONSHIP.INVALID', '/data', detail, { status: chunkMaxAnswer })
}

export function malformedEmail(settings: Settings, email: string): AppleError {
  const detail = `'${email}' is not a valid email address`
  return entityError('ATTRIBUTE.INVALID', '/data/attributes/email', detail, { status: settings.malformedEmailAnswer })
}

export function unknownRelated(relationship: string, type: string, id: string): AppleError {
  const detail = `There is no resource of type '${type}' with id '${id}'`
  return entityError('RELATIONSHIP.INVALID', `/data/relationships/${relationship}`, detail)
}
