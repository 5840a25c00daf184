import type { Mailer, UrlGuard } from '../../callbacks/index.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Log } from '../../log.ts'
import type { Sealer } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'

/** What a try of a delivery needs, to whatever it goes. */
export interface TryDeps {
  store: Store
  sealer: Sealer
  /** The store's clock. */
  clock: Clock
  log: Log
  urlGuard: UrlGuard
  /** For notices by e-mail; absent: none can go. */
  mailer?: Mailer | undefined
  /** The API's address as the world sees it, for links. */
  publicUrl: string | undefined
  random: () => number
  /** Ends tries that are under way; they are given back. */
  signal: AbortSignal
  /** For one try; the contract's fifteen seconds unless a test says otherwise. */
  timeoutMs?: number
}
