import { authentik } from './scim-dialects/authentik.ts'
import type { Dialect } from './scim-dialects/dialect.ts'
import { entraNew, entraOld } from './scim-dialects/entra.ts'
import { google } from './scim-dialects/google.ts'
import { jumpCloud } from './scim-dialects/jump-cloud.ts'
import { okta } from './scim-dialects/okta.ts'
import { oneLogin, oneLoginCore } from './scim-dialects/one-login.ts'

export type { Dialect, DialectStep } from './scim-dialects/dialect.ts'

export const DIALECTS: Dialect[] = [
  entraOld,
  entraNew,
  okta,
  authentik,
  jumpCloud,
  oneLogin,
  oneLoginCore,
  { ...google, steps: google.steps.map((step) => ({ ...step, type: 'application/json' })) },
]
