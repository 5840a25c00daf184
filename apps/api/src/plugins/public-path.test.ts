import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { ApiServer } from '../server.ts'
import { createPathStripper, usePublicPath } from './public-path.ts'

const publicUrl = 'https://example.com/flightroster'

async function answer(url: string, publicUrl?: string) {
  const app = Fastify({ rewriteUrl: createPathStripper(publicUrl) }) as unknown as ApiServer
  usePublicPath(app, { publicUrl })
  app.get('/', (_request, reply) => reply.send('root'))
  app.get('/page', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .send(
        '<a href="/console">x</a><form action="/login"></form><a href="//other.example">y</a><p>title=&quot;/a</p>',
      ),
  )
  app.get('/moved', (_request, reply) => reply.redirect('/page', 303))
  app.get('/away', (_request, reply) => reply.redirect('https://other.example/page', 303))
  const given = await app.inject(url)
  await app.close()
  return given
}

describe('behind a proxy with a path', () => {
  it.each(['/page', '/flightroster/page'])(
    'finds the page at %s, whether the proxy takes its path off or not',
    async (url) => {
      const { body } = await answer(url, publicUrl)
      expect(body).toBe(
        '<a href="/flightroster/console">x</a><form action="/flightroster/login"></form><a href="//other.example">y</a><p>title=&quot;/a</p>',
      )
    },
  )

  it('leads on within the path, and elsewhere as it is', async () => {
    expect((await answer('/moved', publicUrl)).headers.location).toBe('/flightroster/page')
    expect((await answer('/away', publicUrl)).headers.location).toBe('https://other.example/page')
  })

  it.each(['/flightroster', '/flightroster/', '/flightroster?a=1'])('takes %s for the root', async (url) => {
    expect((await answer(url, publicUrl)).body).toBe('root')
  })

  it('takes no other path that begins alike for its own', async () => {
    expect((await answer('/flightrosters/page', publicUrl)).statusCode).toBe(404)
  })

  it.each([undefined, 'https://example.com', 'https://example.com/'])(
    'changes nothing with PUBLIC_URL=%s',
    async (url) => {
      const { body } = await answer('/page', url)
      expect(body).toContain('<a href="/console">')
    },
  )
})
