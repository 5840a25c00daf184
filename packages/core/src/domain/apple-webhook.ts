/** A webhook registered with Apple for an app. Its secret is sealed, bound to this record. */
export interface AppleWebhook {
  v: 1
  /** In the path that Apple posts to. */
  id: string
  app: string
  /** Apple's id of it; null until Apple has answered. */
  appleId: string | null
  /** Apple was asked for one, and what it made is not noted here yet. */
  isAsked?: boolean | undefined
  /** Where Apple posts to. */
  url: string
  sealedSecret: string
  /** Rosters of the app that asked for it. */
  rosters: string[]
  createdAt: number
}
