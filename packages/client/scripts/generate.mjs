// Writes src/generated/ anew from the OpenAPI document of the API: the types, and a table of what each operation is called.
import { mkdirSync, writeFileSync } from 'node:fs'
import { readDocument, toOperations, toTypes } from './from-openapi.mjs'

const document = readDocument()
const folder = new URL('../src/generated/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('openapi.ts', folder), await toTypes(document))
writeFileSync(new URL('operations.ts', folder), toOperations(document))
