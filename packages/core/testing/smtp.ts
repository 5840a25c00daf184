import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface ReceivedMail {
  from: string
  to: string[]
  /** Headers and text as they came. */
  data: string
}

export interface SmtpServer {
  url: string
  mails: ReceivedMail[]
  /** What RCPT TO is answered from now on; 250 takes the mail. */
  answer: string
  close(): void
}

/** As much of a mail server (RFC 5321) as one mail needs, on a free port of this machine. */
export async function startSmtp(): Promise<SmtpServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    serve(socket, smtp)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const smtp: SmtpServer = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails: [],
    answer: '250 ok',
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return smtp
}

function serve(socket: Socket, smtp: SmtpServer): void {
  let mail: ReceivedMail = { from: '', to: [], data: '' }
  let isData = false
  let rest = ''
  const say = (line: string) => socket.write(`${line}\r\n`)
  const inAngles = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? ''
  say('220 test')
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('utf8')
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 2)
      if (isData) {
        if (line !== '.') mail.data += `${line}\n`
        else {
          isData = false
          smtp.mails.push(mail)
          mail = { from: '', to: [], data: '' }
          say('250 queued')
        }
        continue
      }
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === 'MAIL') mail.from = inAngles(line)
      if (verb === 'RCPT' && smtp.answer.startsWith('250')) mail.to.push(inAngles(line))
      if (verb === 'DATA') isData = true
      say(verb === 'DATA' ? '354 go on' : verb === 'RCPT' ? smtp.answer : verb === 'QUIT' ? '221 bye' : '250 ok')
    }
  })
}
