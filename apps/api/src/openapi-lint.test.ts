import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, it } from 'vitest'
import { buildOpenApiText } from './openapi-document.ts'

const source = await buildOpenApiText()

it('has no error and no warning by the rules that Redocly recommends', { timeout: 120_000 }, async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const faults = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  expect(faults.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`)).toEqual([])
})
