export type Fields = Record<string, string>

/** What a browser would send of the form with that action. */
export function filled(body: string, action: string): Fields {
  const form = body.split('<form').find((part) => part.includes(`action="${action}"`))
  const within = form?.slice(0, form.indexOf('</form>')) ?? ''
  const fields: Fields = {}
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  for (const [tag] of within.matchAll(/<input\b[^>]*>/g)) {
    const type = attribute(tag, 'type') ?? 'text'
    const name = attribute(tag, 'name')
    const isOff = (type === 'radio' || type === 'checkbox') && !/\schecked/.test(tag)
    if (name !== undefined && !isOff) fields[name] = attribute(tag, 'value') ?? ''
  }
  for (const [, name, options] of within.matchAll(/<select name="(\w+)">([\s\S]*?)<\/select>/g)) {
    fields[name ?? ''] = /value="([^"]*)"\s*selected/.exec(options ?? '')?.[1] ?? ''
  }
  for (const [, name, text] of within.matchAll(/<textarea[^>]*name="(\w+)"[^>]*>([\s\S]*?)<\/textarea>/g)) {
    fields[name ?? ''] = text ?? ''
  }
  return fields
}
