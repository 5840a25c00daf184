export { makeMemberLink, openMemberLink, voidMemberLinks, type LinkDeps, type OpenedLink } from './link.ts'
export { askForInvitation, giveAddress, leaveRoster, limitMemberPage } from './act.ts'
