/** The states in which a member's own page can be. */
export const VIEWS = [
  'address_missing',
  'on_the_way',
  'waiting',
  'not_invited',
  'invited',
  'accepted',
  'installed',
  'stopped',
  'reclaimed',
  'failed',
  'left',
] as const
export type View = (typeof VIEWS)[number]

/** Everything the page says, in one language. `{app}` and `{address}` are filled in. */
export interface Words {
  /** BCP 47 */
  language: string
  title: string
  /** For each view: where the person stands, and what they do next, step by step. */
  views: Record<View, { state: string; steps: readonly string[] }>
  address: string
  addressHint: string
  addressKnown: string
  save: string
  inviteAgain: string
  leave: string
  leaveQuestion: string
  leaveYes: string
  leaveNo: string
  done: Record<'address' | 'same' | 'invitation' | 'left', string>
  problems: Record<'address' | 'too_often' | 'failed', string>
  voidTitle: string
  voidText: string
}
