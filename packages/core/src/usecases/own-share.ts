import { AppError } from '../errors.ts'
import type { Register } from '../store/index.ts'

/** How much of a kind one caller may have: all that it reaches counts, whoever made it. */
export interface OwnShare<T> {
  isOwn(record: T): boolean
  most: number
}

/**
 * Inserts a record unless the caller has as many as it may have. False where the id is taken. Throws limit_reached.
 */
export async function insertWithin<T extends { id: string; createdAt: number }>(
  register: Pick<Register<T>, 'list' | 'find' | 'insert' | 'deleteIf'>,
  record: T,
  share: OwnShare<T> | undefined,
): Promise<boolean> {
  if (!share) return register.insert(record)
  const count = async () => (await register.list()).filter((known) => share.isOwn(known)).length
  if ((await count()) >= share.most && !(await register.find(record.id))) throw limitReached(share.most)
  if (!(await register.insert(record))) return false
  if ((await count()) <= share.most) return true
  // Several came at once, and each found room.
  await register.deleteIf(record.id, ({ createdAt }) => createdAt === record.createdAt)
  throw limitReached(share.most)
}

const limitReached = (most: number) =>
  new AppError('limit_reached', {
    message: `A token that is bound to rosters has at most ${most} of these: delete one first.`,
  })
