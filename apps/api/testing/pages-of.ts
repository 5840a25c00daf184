/** Every page of a server, as `GET /console/{rosterId}`: none of them is in the document, so that a new one is found by itself. */
export function pagesOf(app: { printRoutes(options: { commonPrefix: boolean }): string }): string[] {
  const parts: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const found = /^((?:[│ ] {3})*)[├└]── (\S+) ?(?:\((.*)\))?/.exec(line)
      if (!found) return []
      const [, indent = '', part = '', methods = ''] = found
      parts.splice(indent.length / 4, parts.length, part)
      const path = parts
        .join('')
        .replaceAll(/:(\w+)/g, '{$1}')
        .replaceAll('*', '{rest}')
      if (path.startsWith('/v1/') || path.startsWith('/scim/')) return []
      const taken = methods.split(', ')
      // Whatever takes every method refuses all but its own: a route of the document.
      return taken.length >= ALL_METHODS
        ? []
        : taken.filter((method) => CALLED.has(method)).map((method) => `${method} ${path}`)
    })
}

const ALL_METHODS = 7
const CALLED = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
