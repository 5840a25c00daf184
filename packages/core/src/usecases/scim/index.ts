export { noteOddOfAll, noteOddOfGroup, noteOddOfUser } from './note-odd.ts'
export { directoryOf, listDirectories, type OpenDirectory, type ScimDeps } from './directory.ts'
export { changeScimUser, createScimUser, deleteScimUser, type ScimUserDraft } from './users.ts'
export { changeScimGroup, createScimGroup, deleteScimGroup, type MembersDelta, type ScimGroupDraft } from './groups.ts'
export { bindScimGroup } from './bind.ts'
export {
  listScimGroups,
  listScimNotes,
  PREVIEW_NAMED,
  previewScimGroup,
  type ListedScimGroup,
  type ScimPerson,
  type ScimPreview,
} from './overview.ts'
export { finishScim } from './finish.ts'
export { forgetInScim } from './forget-person.ts'
