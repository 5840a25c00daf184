import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'
import { formatTraceparent, NO_TRACING, openTracing, parseTraceparent } from './tracing.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('parseTraceparent', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, 1],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, 0],
    ['with flags that only a later version knows', `00-${TRACE}-${SPAN}-ff`, 1],
    ['of a later version', `01-${TRACE}-${SPAN}-01`, 1],
    ['of a later version that says more', `cc-${TRACE}-${SPAN}-01-what-else`, 1],
  ])('reads one %s', (_, text, traceFlags) => {
    expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags })
  })

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['two in one header', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['more than the first version says', `00-${TRACE}-${SPAN}-01-more`],
    ['the version that is forbidden', `ff-${TRACE}-${SPAN}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a trace that is too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a later version that runs on', `01-${TRACE}-${SPAN}-01more`],
  ])('takes %s for none', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined()
  })

  it('is undone by formatTraceparent', () => {
    const text = `00-${TRACE}-${SPAN}-01`
    expect(formatTraceparent(parseTraceparent(text)!)).toBe(text)
  })
})

describe('openTracing', () => {
  it('opens nothing without an address', async () => {
    const log = createLog({ level: 'silent', name: 'test' })
    expect(await openTracing({ url: undefined, service: 'test', log })).toBe(NO_TRACING)
  })
})
