import { createServer } from 'node:net'

/** A port of this machine that is free right now: the preferred one where that is. */
export async function freePort(preferred = 0) {
  return (await tryPort(preferred)) ?? (await tryPort(0))
}

export async function isFree(port, host) {
  return (await tryPort(port, host)) !== undefined
}

function tryPort(port, host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => {
      const taken = server.address().port
      server.close(() => resolve(taken))
    })
  })
}
