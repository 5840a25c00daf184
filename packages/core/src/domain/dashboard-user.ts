/** Somebody who may log in to the pages. */
export interface DashboardUser {
  name: string
  /** A viewer sees ids and masked addresses and changes nothing. */
  role: 'viewer' | 'operator'
  passwordHash: string
}
