import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { findBundle, runBundle } from './bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'flightroster-bundle-'))
const main = pathToFileURL(join(folder, 'main.js')).href
const bundle = join(folder, 'bundle/run.cjs')
const built = join(folder, 'tsconfig.tsbuildinfo')
const at = (file: string, seconds: number) => utimesSync(file, seconds, seconds)
const FUTURE = Date.now() / 1_000 + 10_000

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'bundle'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the bundle of a program', () => {
  it('is none where the build made none', () => {
    expect(findBundle(main)).toBeUndefined()
  })

  it('is run where it is as new as what the compiler wrote', () => {
    writeFileSync(bundle, 'exports.run = () => __dirname')
    writeFileSync(built, '')
    at(built, FUTURE)
    at(bundle, FUTURE)
    const found = findBundle(main)
    expect(found?.href).toBe(pathToFileURL(bundle).href)
    expect((runBundle(found as URL) as { run: () => string }).run()).toBe(join(folder, 'bundle'))
  })

  it('is left alone once the compiler has written something since, so that nobody runs what they have changed', () => {
    writeFileSync(bundle, '')
    writeFileSync(built, '')
    at(bundle, FUTURE)
    at(built, FUTURE + 1)
    expect(findBundle(main)).toBeUndefined()
  })
})
