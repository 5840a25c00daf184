/** Text that is markup already. Only `html` makes it, so what comes from outside is always escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** What may stand in markup. */
export type Content = Html | string | number | null | undefined | false | readonly Content[]

/** Markup with values in it: text is escaped, `Html` is not, lists are joined, nothing (null, undefined, false) is left out. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  let text = strings[0] ?? ''
  values.forEach((value, at) => {
    text += render(value) + (strings[at + 1] ?? '')
  })
  return new Html(text)
}

function render(value: Content): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return value.map(render).join('')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** A path with each value as one segment. */
export function path(strings: TemplateStringsArray, ...values: string[]): string {
  return strings.map((part, at) => part + (at < values.length ? encodeURIComponent(values[at] ?? '') : '')).join('')
}

/** `?a=1&b=2` of what is set; empty where nothing is. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
