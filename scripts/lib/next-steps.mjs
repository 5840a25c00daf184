import { say } from './say.mjs'
import { curl } from './where-to-look.mjs'

/** After `--apple`: how to connect a team key and a roster. The token stays in its file. */
export function showNextSteps({ base, place, secrets }) {
  const send = (method, path) => `${curl(secrets, base + path)} -X ${method} -H "Content-Type: application/json" -d @-`
  say(`Flightroster runs against Apple, with its data in ${place.name}/.

In the browser: ${base}/console/connect leads through it step by step${
    secrets.user
      ? `
(log in as ${secrets.user.name}, password ${secrets.user.password})`
      : ''
  }.

Or in another terminal:

1. Make a team key with the role App Manager in App Store Connect (Users and Access → Integrations →
   App Store Connect API → Team Keys), download its .p8 file, and register it:

   node -e 'console.log(JSON.stringify({ issuerId: "ISSUER-ID", keyId: "KEY-ID", privateKey: fs.readFileSync("AuthKey_KEY-ID.p8", "utf8") }))' \\
     | ${send('PUT', '/v1/team-keys/main')}

2. See what the key can do, and which apps it sees:

   ${curl(secrets, `${base}/v1/team-keys/main/check`)} -X POST
   ${curl(secrets, `${base}/v1/team-keys/main/apps`)}

3. Tie a roster to an external group (it is made where it does not exist):

   echo '{ "teamKey": "main", "app": { "bundleId": "com.example.app" }, "group": { "name": "Beta", "create": true } }' \\
     | ${send('PUT', '/v1/rosters/beta')}

4. Send the first event:

   echo '{ "type": "member.joined", "data": { "roster": "beta", "member": { "id": "1", "email": "you@example.com" } } }' \\
     | ${send('POST', '/v1/events')}

Reference: ${base}/docs   Logs: ${place.name}/logs`)
}
