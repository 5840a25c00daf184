import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { APPLE_ERRORS, AppleError } from '@flightroster/app-store-connect'
import { AppError, ERROR_CODES, ERROR_RULES, isAppError } from './errors.ts'
import { APPLE_RULES } from './errors/apple-rules.ts'
import { CONTENT_RULES } from './errors/content-rules.ts'
import { MEMBER_RULES } from './errors/member-rules.ts'
import { REQUEST_RULES } from './errors/request-rules.ts'

it('isAppError knows an error of the App Store Connect client by its code, as it knows our own', () => {
  for (const error of [new AppleError('apple_not_found'), new AppError('apple_not_found')]) {
    expect([isAppError(error), isAppError(error, 'apple_not_found'), isAppError(error, 'conflict')]).toEqual([
      true,
      true,
      false,
    ])
  }
  expect(isAppError(new Error('apple_not_found'))).toBe(false)
})

it('every code of the App Store Connect client stands in the table', () => {
  expect(Object.keys(APPLE_ERRORS).filter((code) => !(code in ERROR_RULES))).toEqual([])
})

it('no code stands in two tables', () => {
  const all = [REQUEST_RULES, CONTENT_RULES, MEMBER_RULES, APPLE_RULES].flatMap((table) => Object.keys(table))
  expect(all).toEqual(ERROR_CODES)
})

it('nobody asks for the class of an error, which an error of the client is not of', () => {
  const root = join(import.meta.dirname, '../../..')
  const files = ['packages/core/src', 'apps/api/src', 'apps/worker/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  const asking = files
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => readFileSync(join(root, path), 'utf8').includes('instanceof AppError'))
  expect(asking).toEqual(['packages/core/src/errors.ts'])
})
