// Writes the JSON Schema of files anew from the OpenAPI document of the API, for editors and for `flightroster plan`.
import { writeFileSync } from 'node:fs'
import { readDocument, toFileSchema } from './schema-from-openapi.mjs'

const text = `${JSON.stringify(toFileSchema(readDocument()), null, 2)}\n`
writeFileSync(new URL('../src/files/flightroster.schema.json', import.meta.url), text)
