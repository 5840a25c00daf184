import { createConnection, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** Stands between a client and a store, and can cut a connection at the worst moment: carried out, and not answered. */
export interface CuttingProxy {
  port: number
  /** Cuts the next `times` connections on which what `isWorst` finds in the bytes was sent, once the store has answered it. */
  cutAfter(isWorst: (sent: Buffer) => boolean, times?: number): void
  /** How many were cut. */
  cuts(): number
  [Symbol.asyncDispose](): Promise<void>
}

export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  let isWorst: (sent: Buffer) => boolean = () => false
  let left = 0
  let cuts = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const store = createConnection({ port: target, host: '127.0.0.1' })
    let doomed = false
    client.on('data', (sent) => {
      if (!doomed && left > 0 && isWorst(sent)) {
        doomed = true
        left--
      }
      store.write(sent)
    })
    store.on('data', (answer) => {
      if (!doomed) {
        client.write(answer)
        return
      }
      cuts++
      client.destroy()
      store.destroy()
    })
    for (const [one, other] of [
      [client, store],
      [store, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter(predicate, times = 1) {
      isWorst = predicate
      left = times
    },
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
