import type { Redis } from 'ioredis'
import { DEFAULT_POLICIES, type Roster } from '../../domain/roster.ts'
import { globalKeys } from '../keys.ts'
import { createPartedRegister } from '../parted-register.ts'
import type { Register } from '../records.ts'
import { rosterShape } from './roster-shapes.ts'

/** Every roster there is, over all team keys. */
export const createRosters = (redis: Redis): Register<Roster> =>
  createPartedRegister(redis, globalKeys.rosters, rosterShape, DEFAULT_POLICIES)
