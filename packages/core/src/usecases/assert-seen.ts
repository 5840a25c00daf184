/**
 * Called with what is about to be replaced, in the step that replaces it. Throws where whoever asks has seen another state: of two who
 * change the same at once, the second is told instead of undoing what the first did.
 */
export type AssertSeen<T> = (current: T) => void
