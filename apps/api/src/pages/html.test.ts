import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html, path, query } from './html.ts'

describe('html', () => {
  it('escapes whatever it is given, in text and in attributes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { text: made } = html`<p title="${text}">${text}</p>`
        const inside = made.slice('<p title="'.length, -'</p>'.length)
        expect(inside.replace('">', '')).not.toMatch(/[<>"']/)
      }),
    )
  })

  it('keeps markup of its own, joins lists and leaves out nothing', () => {
    const items = ['a<b', null].map((item) => html`<li>${item}</li>`)
    expect(html`${items}${undefined}${false}${0}`.text).toBe('<li>a&lt;b</li><li></li>0')
  })

  it('encodes each value of a path as one segment', () => {
    expect(path`/console/rosters/${'a/../b?'}/x`).toBe('/console/rosters/a%2F..%2Fb%3F/x')
    expect(query({ q: 'a&b', none: '', page: 2 })).toBe('?q=a%26b&page=2')
  })
})
