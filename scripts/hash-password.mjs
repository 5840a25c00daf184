// Reads a password from standard input (asking for it on a terminal) and prints its hash for DASHBOARD_USERS.
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { hashPassword } from './lib/password-hash.mjs'

const MIN_LENGTH = 8

const password = process.stdin.isTTY ? await ask() : (await text(process.stdin)).replace(/\r?\n$/, '')
if ([...password].length < MIN_LENGTH) {
  process.stderr.write(`The password has fewer than ${MIN_LENGTH} characters; choose a longer one.\n`)
  process.exit(1)
}
process.stdout.write(`${await hashPassword(password)}\n`)

function ask() {
  process.stderr.write('Password: ')
  // What is typed is shown nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  return new Promise((resolve) => {
    reader.once('SIGINT', () => process.exit(130))
    reader.question('', (answer) => {
      reader.close()
      process.stderr.write('\n')
      resolve(answer)
    })
  })
}
