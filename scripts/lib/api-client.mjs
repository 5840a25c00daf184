import { Stop } from './say.mjs'

const PATIENCE_MS = 15_000

/** Calls one server with one token. Answers { status, body }; stops where nothing answers. */
export function createClient(base, token) {
  async function call(method, path, { body, type = 'application/json' } = {}) {
    const headers = { accept: 'application/json' }
    if (token) headers.authorization = `Bearer ${token}`
    if (body !== undefined) headers['content-type'] = type
    try {
      const answer = await fetch(base + path, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: toJson(await answer.text()) }
    } catch (error) {
      throw new Stop(`${method} ${path} got no answer: ${error.cause?.message ?? error.message}`)
    }
  }

  return {
    call,
    get: (path) => call('GET', path),
    /** Stops with the problem's own words unless the answer is a 2xx. */
    async expect(method, path, options) {
      const { status, body } = await call(method, path, options)
      if (status >= 200 && status < 300) return body
      const words = [body?.title, body?.detail, body?.action].filter(Boolean).join(' ')
      throw new Stop(`${method} ${path} was answered with ${status}. ${words}`.trim())
    },
  }
}

function toJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
