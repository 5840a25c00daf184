import { relative } from 'node:path'
import { ROOT } from './place.mjs'
import { say } from './say.mjs'
import { formatTable } from './table.mjs'

/** Where to go on: addresses, the token, a line to paste. */
export function showWhereToLook({ base, place, secrets, roster }) {
  const rows = [
    ['API', `${base}/v1`],
    ['Reference', `${base}/docs`],
    ['Console', `${base}/console`],
    ['Dashboard', `${base}/dashboard`],
    ['Log in as', secrets.user ? `${secrets.user.name}, password ${secrets.user.password}` : 'one of DASHBOARD_USERS'],
    ['Logs', `${place.name}/logs`],
  ]
  if (secrets.adminTokenFile) rows.push(['Token', `${secrets.adminToken} (kept in ${tokenFile(secrets)})`])
  say('\nWhere to look:\n')
  say(formatTable(rows))
  say('\nTry:\n')
  say(`  ${curl(secrets, `${base}/v1/rosters/${roster}`)}`)
}

function tokenFile(secrets) {
  return relative(ROOT, secrets.adminTokenFile)
}

export function curl(secrets, url) {
  const token = secrets.adminTokenFile ? `$(cat ${tokenFile(secrets)})` : '$ADMIN_TOKEN'
  return `curl -s -H "Authorization: Bearer ${token}" ${url}`
}
