import type { Product } from './product.ts'

/** Somebody who has signed in to the pages; also sends the token, for what is no page. */
export async function startVisitor(product: Product, name: string, password: string) {
  const answer = await fetch(`${product.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ name, password }),
    headers: { origin: product.url },
    redirect: 'manual',
  })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  return {
    /** Throws when the answer is no success. */
    async get(path: string): Promise<string> {
      const isPage = !/^\/(?:v1|metrics)/.test(path)
      const page = await fetch(product.url + path, { headers: isPage ? { cookie } : product.headers })
      const text = await page.text()
      if (page.status !== 200) throw new Error(`${path} answered ${page.status}: ${text.slice(0, 300)}`)
      return text
    },
  }
}
