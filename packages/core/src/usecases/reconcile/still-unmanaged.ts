import { emailKey } from '../../domain/email.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Members } from '../../store/index.ts'
import { inChunks } from '../lists.ts'

/** Whoever was put on the roster since the plan was shown is an unmanaged tester no more. */
export async function stillUnmanaged(
  members: Members,
  { unmanaged, removesUnmanaged }: Reconciliation,
): Promise<Reconciliation['unmanaged']> {
  if (!removesUnmanaged) return []
  const still: Reconciliation['unmanaged'] = []
  for (const chunk of inChunks(unmanaged, 200)) {
    const holders = await members.withAddresses(chunk.map(({ email }) => emailKey(email ?? '')))
    const wanted = await Promise.all(
      holders.map(async (ids) => (await members.findMany(ids)).some((member) => member?.desired.present)),
    )
    still.push(...chunk.filter(({ email }, at) => email === null || !wanted[at]))
  }
  return still
}
