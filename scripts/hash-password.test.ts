import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createPasswordCheck } from '../packages/core/src/secrets/password.ts'

const SCRIPT = join(import.meta.dirname, 'hash-password.mjs')

it('prints one line that the API takes for the password, without its line end', async () => {
  const printed = execFileSync(process.execPath, [SCRIPT], { input: 'correct horse\r\n', encoding: 'utf8' })
  expect(printed).toMatch(/^[\w.-]+\n$/)
  expect(await createPasswordCheck().verify('correct horse', printed.trim())).toBe(true)
})

it('refuses a password that is too short', () => {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT], { input: 'short', encoding: 'utf8' })
  expect([status, stdout]).toEqual([1, ''])
})
