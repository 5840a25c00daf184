import { invalidParameter } from './errors.ts'

/** The query of a call: a name has a list, whether written `a,b` or given twice. */
export class Query {
  readonly values = new Map<string, string[]>()

  constructor(search: string) {
    for (const pair of search.split('&')) {
      if (pair === '') continue
      const at = pair.indexOf('=')
      const name = decode(at < 0 ? pair : pair.slice(0, at))
      const list = decode(at < 0 ? '' : pair.slice(at + 1)).split(',')
      this.values.set(name, [...(this.values.get(name) ?? []), ...list])
    }
  }

  list(name: string): string[] | undefined {
    return this.values.get(name)
  }

  number(name: string): number | undefined {
    const value = this.values.get(name)?.[0]
    return value === undefined ? undefined : Number(value)
  }
}

function decode(text: string): string {
  try {
    // A bare plus is a space here, as at Apple: an address with a plus must come as %2B.
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidParameter(text, 'The query is not valid percent-encoding')
  }
}
