import type { IdleDoubt } from './idle.ts'

/** Why it is not known of some people whether they are idle, and what to do about it. */
export const IDLE_DOUBT_WORDS: Readonly<Record<IdleDoubt, { detail: string; action: string }>> = {
  unseen: {
    detail: 'No complete listing of the group has shown them yet.',
    action: 'The next reconciliation that reads the whole group shows them.',
  },
  listing_old: {
    detail: 'The group was last read as a whole more than 48 hours ago.',
    action: 'See why its reconciliations do not end.',
  },
  missing: {
    detail: 'Apple gave no figures for them. It trails by up to a day, and leaves some people out.',
    action: 'Nothing needs to be done: no figure says nothing about a person.',
  },
  other_period: {
    detail: 'Their figures cover another number of days than the rule.',
    action: 'The next reading, a day after the last one, asks for the right period.',
  },
  old: {
    detail: 'Their figures are more than 48 hours old.',
    action: 'See why the reconciliations of this roster do not end.',
  },
  off: { detail: 'Usage is not read: TESTER_USAGE is off.', action: 'Set TESTER_USAGE=on to read it.' },
  unread: {
    detail: 'Usage has not been read yet.',
    action: 'A reconciliation reads it, once a day at most.',
  },
  refused: {
    detail: 'App Store Connect refused to tell the usage.',
    action: 'See whether the role of the team key suffices. It is asked again a day later.',
  },
  incomplete: {
    detail: 'The list of figures was not complete, so nothing was concluded from it.',
    action: 'It is read again a day later.',
  },
  empty: {
    detail: 'App Store Connect gave no figures for anybody.',
    action: 'That is a fault at Apple, or nobody has installed the app for a day yet. It is read again a day later.',
  },
  late: {
    detail: 'The newest figures of App Store Connect end more than 48 hours before they were read.',
    action: 'Wait until Apple has newer ones. They are read again a day later.',
  },
  implausible: {
    detail: 'More than half of those who had sessions at the reading before have none now. That is not believed.',
    action: 'It is read again a day later. Nobody is a candidate until the figures are plausible again.',
  },
}
