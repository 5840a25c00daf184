import { expect, it } from 'vitest'
import { createLog } from './log.ts'

it('logs of an error its name, message and stack, never what the command that failed was carrying', () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', name: 'test' }, { write: (line) => void lines.push(line) })
  const error = Object.assign(new Error('ERR full'), { command: { args: ['ann@example.com'] }, code: 'EFULL' })
  log.error({ err: new Error('outer', { cause: error }) }, 'failed')
  log.error(error)
  log.info({ member: { email: 'ann@example.com' } })
  expect(lines.join('')).not.toContain('ann@')
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
    err: { message: 'outer', cause: { message: 'ERR full', code: 'EFULL' } },
  })
})
