import { createPasswordCheck } from '@flightroster/core/secrets'
import { hashPassword } from '@flightroster/core/testing'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { ApiDeps } from '../src/deps.ts'
import type { ApiServer } from '../src/server.ts'

export const PASSWORD = 'correct horse battery'

/** `ann` is an operator, `bob` a viewer. */
export async function makeDashboard(): Promise<ApiDeps['dashboard']> {
  const passwordHash = hashPassword(PASSWORD)
  return {
    users: [
      { name: 'ann', role: 'operator', passwordHash },
      { name: 'bob', role: 'viewer', passwordHash },
    ],
    passwords: createPasswordCheck(),
  }
}

/** Somebody with a browser: keeps the cookie, sends the origin of the page that the form stood on. */
export interface Visitor {
  get(url: string): Promise<LightMyRequestResponse>
  /** Without the edition that a form of ours has in it: as a script that has seen no page. */
  post(url: string, fields?: Record<string, string>): Promise<LightMyRequestResponse>
  send(options: InjectOptions): Promise<LightMyRequestResponse>
}

export async function visit(app: ApiServer, name?: string): Promise<Visitor> {
  let cookie = ''
  const send = (options: InjectOptions) =>
    app.inject({
      ...options,
      headers: { host: 'localhost:80', origin: 'http://localhost', cookie, ...options.headers },
    })
  const visitor: Visitor = {
    send,
    get: (url) => send({ method: 'GET', url }),
    post: (url, fields = {}) =>
      send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(fields).toString(),
      }),
  }
  if (name === undefined) return visitor
  const answer = await visitor.post('/login', { name, password: PASSWORD })
  if (answer.statusCode !== 303) throw new Error(`${name} was not let in: ${answer.statusCode} ${answer.body}`)
  cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  return visitor
}
