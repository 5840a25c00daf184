import { relative } from 'node:path'
import { ROOT } from './place.mjs'
import { say } from './say.mjs'
import { formatTable } from './table.mjs'

/** Where to go on: addresses, the token, a line to paste. */
export async function showWhereToLook({ api, base, place, secrets, roster }) {
  const rows = [
    ['API', `${base}/v1`],
    ['Reference', `${base}/docs`],
    ['Dashboard', (await isServed(api, '/dashboard')) ? `${base}/dashboard` : 'later'],
    ['Logs', `${place.name}/logs`],
  ]
  if (secrets.adminTokenFile) rows.push(['Token', `${secrets.adminToken} (kept in ${tokenFile(secrets)})`])
  say('\nWhere to look:\n')
  say(formatTable(rows))
  say('\nTry:\n')
  say(`  ${curl(secrets, `${base}/v1/rosters/${roster}`)}`)
}

async function isServed(api, path) {
  const { status } = await api.get(path)
  return status !== 404
}

function tokenFile(secrets) {
  return relative(ROOT, secrets.adminTokenFile)
}

export function curl(secrets, url) {
  const token = secrets.adminTokenFile ? `$(cat ${tokenFile(secrets)})` : '$ADMIN_TOKEN'
  return `curl -s -H "Authorization: Bearer ${token}" ${url}`
}
