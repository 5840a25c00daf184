import type { Words } from './words.ts'

export const en: Words = {
  language: 'en',
  title: 'Your place in the beta of {app}',
  views: {
    address_missing: {
      state: 'One thing is missing: the e-mail address of your Apple Account.',
      steps: [
        'On your iPhone or iPad, open Settings and tap your name. The address is below it.',
        'Enter that address below. It may not be the address that you signed up with.',
      ],
    },
    on_the_way: {
      state: 'Your change is on its way to Apple.',
      steps: ['There is nothing to do right now. Look again in a few minutes.'],
    },
    waiting: {
      state: 'The beta is full at the moment.',
      steps: ['You are in line. You get in automatically as soon as a place is free.'],
    },
    not_invited: {
      state: 'You are on the list. No version can be tested yet.',
      steps: ['Apple sends you an invitation as soon as there is one.'],
    },
    invited: {
      state: 'Apple has sent you an invitation.',
      steps: [
        'On your iPhone or iPad, install TestFlight from the App Store.',
        'Make sure that you are signed in with the Apple Account {address}.',
        'Open the mail from TestFlight on that device and tap “View in TestFlight”. If it is not there, look in your junk folder.',
      ],
    },
    accepted: {
      state: 'You accepted the invitation.',
      steps: [
        'Open TestFlight on your iPhone or iPad with the Apple Account {address}, and tap “Install” beside {app}.',
      ],
    },
    installed: {
      state: 'You are in: {app} is installed.',
      steps: ['New versions come through TestFlight. You can also send feedback there.'],
    },
    stopped: {
      state: 'You stopped testing {app}.',
      steps: ['Ask for the invitation again if you want to come back.'],
    },
    reclaimed: {
      state: 'Your place in the beta of {app} was freed, because you did not use it.',
      steps: ['Do you want to take part again? Ask for the invitation below: you get a place as soon as one is free.'],
    },
    failed: {
      state: 'Apple could not invite you with this address.',
      steps: ['Check the address of your Apple Account, and enter it again below.'],
    },
    left: { state: 'You are no longer in this beta.', steps: ['To come back, contact the person who invited you.'] },
  },
  address: 'E-mail address of your Apple Account',
  addressHint: 'For example name@icloud.com',
  addressKnown: 'We have {address}.',
  save: 'Save address',
  inviteAgain: 'Send me the invitation again',
  leave: 'Leave the beta',
  leaveQuestion: 'Do you really want to leave? You lose access to the test versions of {app}.',
  leaveYes: 'Yes, leave',
  leaveNo: 'No, stay',
  done: {
    address: 'Saved. Apple sends the invitation to this address in a few minutes.',
    same: 'We already have this address.',
    invitation: 'Requested. The mail comes in a few minutes.',
    left: 'You have left the beta.',
  },
  problems: {
    address: 'This is not an e-mail address. Enter one such as name@icloud.com.',
    too_often: 'You asked for this too often. Try again later.',
    failed: 'That did not work. Try again in a moment.',
  },
  voidTitle: 'This link is no longer valid',
  voidText: 'Ask the person who sent you the link for a new one.',
}
