import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildOpenApiText } from './openapi-document.ts'

writeFileSync(new URL('../openapi.json', import.meta.url), await buildOpenApiText())

// What is made from the document is written with it, so that neither is ever a change behind.
for (const folder of ['packages/client', 'apps/cli']) {
  const generate = fileURLToPath(new URL(`../../../${folder}/scripts/generate.mjs`, import.meta.url))
  execFileSync(process.execPath, [generate], { stdio: 'inherit' })
}
