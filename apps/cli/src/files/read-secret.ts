import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { specOf } from './kinds.ts'
import type { Wanted } from './read-files.ts'
import { FileFaults } from './faults.ts'

/** The body of its PUT: references become secrets at the last moment, and only for what is sent. */
export async function toBody(wanted: Wanted, isNew: boolean, sendSecrets: boolean): Promise<Record<string, unknown>> {
  const body = { ...wanted.fields }
  const { secrets, alwaysSendsSecrets } = specOf(wanted.kind)
  for (const name of secrets) {
    if (body[name] === undefined) continue
    if (isNew || sendSecrets || alwaysSendsSecrets) body[name] = await readSecret(wanted, name)
    else delete body[name]
  }
  return body
}

async function readSecret({ fields, file: from, faultAt }: Wanted, name: string): Promise<string> {
  const { file, env } = fields[name] as { file?: string; env?: string }
  if (env !== undefined) {
    const value = process.env[env]
    if (value) return value
    throw new FileFaults([faultAt([name], `The variable ${env} is not set.`)])
  }
  try {
    return (await readFile(resolve(dirname(from), file ?? ''), 'utf8')).trim()
  } catch (error) {
    throw new FileFaults([faultAt([name], `The file ${file} can't be read (${(error as { code?: string }).code}).`)])
  }
}
