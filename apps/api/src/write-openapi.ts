import { writeFileSync } from 'node:fs'
import { buildOpenApiText } from './openapi-document.ts'

writeFileSync(new URL('../openapi.json', import.meta.url), await buildOpenApiText())
