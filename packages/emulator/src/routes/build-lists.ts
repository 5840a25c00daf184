import { isExpired } from '../build-states.ts'
import { unprocessable } from '../errors.ts'
import type { BuildRecord, GroupRecord } from '../records.ts'
import type { World } from '../world.ts'

/** Gives a build to a group, or says why Apple would not. */
export function attach(world: World, build: BuildRecord, group: GroupRecord, now: number): void {
  checkAttachable(build, group, now)
  if (group.builds.has(build.id)) return
  const place = world.nextSeq()
  group.builds.set(build.id, place)
  build.groups.set(group.id, place)
  world.invitations.buildArrived(group, now)
  world.onChange()
}

export function checkAttachable(build: BuildRecord, group: GroupRecord, now: number): void {
  if (group.appId !== build.appId) throw unprocessable('The build belongs to another app than the group')
  if (group.hasAccessToAllBuilds) {
    throw unprocessable('Cannot add builds to a group that has access to all builds.')
  }
  if (build.processingState !== 'VALID') {
    throw unprocessable(`Build is not assignable: its processing state is ${build.processingState}.`)
  }
  if (isExpired(build, now)) throw unprocessable('Build is not assignable: it has expired.')
}

export function detach(world: World, build: BuildRecord, group: GroupRecord): void {
  group.builds.delete(build.id)
  build.groups.delete(group.id)
  world.onChange()
}
