// Makes the image's file system in a folder, without a container engine, and prints how it is started.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { assembleImage } from './lib/image.mjs'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Usage: node scripts/assemble-image.mjs FOLDER')
const to = resolve(folder)
mkdirSync(to, { recursive: true })
process.stdout.write(`${JSON.stringify(await assembleImage(to, { log: join(to, 'assemble.log') }))}\n`)
