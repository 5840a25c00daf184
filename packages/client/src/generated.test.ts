import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readDocument, toOperations, toTypes } from '../scripts/from-openapi.mjs'

const read = (name: string) => readFileSync(new URL(`generated/${name}`, import.meta.url), 'utf8')

test('types and operations are those of apps/api/openapi.json; `node packages/client/scripts/generate.mjs` writes them anew', async () => {
  const document = readDocument()
  expect(read('openapi.ts')).toBe(await toTypes(document))
  expect(read('operations.ts')).toBe(toOperations(document))
})
