import { verifyCallback, type Callback } from '@flightroster/client'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

const secret = process.env['FLIGHTROSTER_SECRET'] ?? ''

/** The newest fact known of each member; a real receiver keeps it where its members are. */
const newest = new Map<string, number>()

function receive(callback: Callback): void {
  if (!('member' in callback.data)) {
    console.log(callback.type)
    return
  }
  const { roster, sequence, member } = callback.data
  const key = `${roster} ${member.id}`
  if (sequence <= (newest.get(key) ?? 0)) return
  newest.set(key, sequence)
  console.log(callback.type, roster, member.id, member.problem?.action ?? '')
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  try {
    receive(await verifyCallback(secret, request.headers, body))
    response.writeHead(204).end()
  } catch {
    response.writeHead(401).end()
  }
}

const server = createServer((request, response) => void answer(request, response))
server.listen(Number(process.env['PORT'] ?? 8080), () => console.log('listening'))
