import { expect, it } from 'vitest'
import { createLog } from './log.ts'
import { NO_TRACING, openTracing } from './tracing.ts'

it('nothing is opened without an address', async () => {
  const log = createLog({ level: 'silent', name: 'test' })
  expect(await openTracing({ url: undefined, service: 'test', log })).toBe(NO_TRACING)
})
