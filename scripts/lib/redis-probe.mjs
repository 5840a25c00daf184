import { createConnection } from 'node:net'

const PATIENCE_MS = 2_000

/**
 * Asks one server for INFO, before any package is loaded.
 * { kind: 'info', fields } · { kind: 'refused', answer } · { kind: 'silent' }
 */
export function askRedis({ host, port, username, password }) {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: PATIENCE_MS })
    let text = ''
    const settle = (answer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setEncoding('utf8')
    socket.once('connect', () => {
      if (password) socket.write(encode(['AUTH', ...(username ? [username] : []), password]))
      socket.write(encode(['INFO']))
    })
    socket.on('data', (chunk) => {
      text += chunk
      const refusal = /^-(.*)\r\n/m.exec(text)
      if (refusal) settle({ kind: 'refused', answer: refusal[1] })
      // A section that comes after those that are read here.
      else if (/^# Keyspace/m.test(text)) settle({ kind: 'info', fields: parse(text) })
    })
    socket.once('error', () => settle({ kind: 'silent' }))
    socket.once('timeout', () => settle({ kind: 'silent' }))
    socket.once('close', () => settle({ kind: 'silent' }))
  })
}

function encode(words) {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

function parse(text) {
  return new Map([...text.matchAll(/^([a-z0-9_]+):(.*)\r$/gm)].map(([, name, value]) => [name, value]))
}
