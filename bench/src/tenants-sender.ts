// Hostile requests of one kind without end, so many at a time, until it is killed.
import { makeHostileBodies, type HostileBody } from '../../apps/api/testing/hostile-bodies.ts'
import { HOSTILE_KINDS, makeBatches, makeDocuments } from './support/hostile-kinds.ts'

const { KIND = '', AT_ONCE = '', URL: origin = '', AUTHORIZATION = '' } = process.env
const bodies = [...makeHostileBodies(), ...makeBatches(), ...makeDocuments()].filter((body) =>
  HOSTILE_KINDS[KIND]?.(body),
)
if (bodies.length === 0) throw new Error(`There is no kind "${KIND}".`)

/** An answer may come before all of the body was taken; then it counts for nothing. */
async function send({ method, path, type, body, withToken }: HostileBody): Promise<void> {
  const headers = { 'content-type': type, origin, ...(withToken ? { authorization: AUTHORIZATION } : {}) }
  const sent = method === 'GET' ? {} : { body: new Uint8Array(body) }
  const answer = await fetch(origin + path, { method, headers, ...sent }).catch(() => undefined)
  if (!answer) return
  await answer.arrayBuffer()
  process.stdout.write('answered\n')
}

let next = 0
process.stdout.write('ready\n')
await Promise.all(
  Array.from({ length: Number(AT_ONCE) }, async () => {
    for (;;) {
      const body = bodies[next++ % bodies.length]
      if (body) await send(body)
    }
  }),
)
