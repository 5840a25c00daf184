import { AppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

/** Deletes a token: it is refused from the next request on. Throws not_found. */
export async function deleteToken(deps: { store: Pick<Store, 'tokens'> }, id: string): Promise<void> {
  if (!(await deps.store.tokens.delete(id))) {
    throw new AppError('not_found', { message: 'There is no such token.' })
  }
}
