export { explainRoster, explainWaiting, type WaitingDeps } from './explain-waiting.ts'
export { describeMembers, type MemberDescription } from './describe-member.ts'
export { findPerson, type Membership } from './find-person.ts'
export { getMember } from './get-member.ts'
export { exportMembers, listMembers } from './list-members.ts'
export { assertNewest, deleteMember, putMember, type MemberInput } from './put-member.ts'
export { protectMember } from './protect-member.ts'
export { requestForMember } from './request-for-member.ts'
export { canRestore, restoreMember } from './restore-member.ts'
export { retryFailed } from './retry-failed.ts'
export { requestForMany } from './request-for-many.ts'
export {
  browseMembers,
  exportSelected,
  MEMBER_SORTS,
  selectMembers,
  type MemberSelection,
  type MemberSort,
} from './select-members.ts'
export { tellTimeline, type TimelineItem } from '../activity/tell-timeline.ts'
