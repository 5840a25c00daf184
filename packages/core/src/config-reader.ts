import { readFileSync } from 'node:fs'
import type { z } from 'zod'

export type Env = Record<string, string | undefined>

/** One setting that can't be used: its name, what is wrong with it, and what would do. Never its value, which may be a secret. */
export interface ConfigFault {
  name: string
  problem: string
  expected: string
}

/** Every fault of the environment at once. Its message names variables and forms, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ name, problem, expected }) => `  ${name}: ${problem}; expected ${expected}`)
    super(`The environment is not valid:\n${lines.join('\n')}`)
    this.faults = faults
  }
}

/** Reads each variable by its schema and collects what is wrong; `finish` throws. An empty variable counts as unset. */
export class EnvReader {
  readonly #env: Env
  readonly #faults: ConfigFault[] = []

  constructor(env: Env) {
    this.#env = env
  }

  finish(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults)
  }

  /** `otherwise`: where the variable is not set. `form`: its description is what a fault expects, its first issue the problem. */
  value<T, D>(name: string, otherwise: D, form: z.ZodType<T>): T | D {
    return this.#check(name, this.#text(name), form) ?? otherwise
  }

  /** From NAME, or from the file that NAME_FILE names. */
  secret<T, D>(name: string, otherwise: D, form: z.ZodType<T>): T | D {
    return this.#check(name, this.#secretText(name, form), form) ?? otherwise
  }

  required<T>(name: string, form: z.ZodType<T>): T {
    const faultsBefore = this.#faults.length
    const value = this.secret(name, undefined, form)
    if (value === undefined && this.#faults.length === faultsBefore) this.#fault(name, 'it is not set', form)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- never used where it is absent: `finish` throws
    return value as T
  }

  #secretText(name: string, form: z.ZodType): string | undefined {
    const direct = this.#text(name)
    const path = this.#text(`${name}_FILE`)
    if (path === undefined) return direct
    if (direct !== undefined) return this.#fault(name, `${name} and ${name}_FILE are both set`, 'one of them')
    try {
      const text = readFileSync(path, 'utf8').trim()
      return text === '' ? this.#fault(`${name}_FILE`, 'the file is empty', form) : text
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      return this.#fault(`${name}_FILE`, `the file cannot be read (${code})`, 'a readable file with the secret')
    }
  }

  #text(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined
  }

  #check<T>(name: string, text: string | undefined, form: z.ZodType<T>): T | undefined {
    if (text === undefined) return undefined
    const { data, error } = form.safeParse(text)
    return error ? this.#fault(name, error.issues[0]?.message ?? 'it is not valid', form) : data
  }

  #fault(name: string, problem: string, expected: z.ZodType | string): undefined {
    const form = typeof expected === 'string' ? expected : (expected.description ?? 'another form')
    this.#faults.push({ name, problem, expected: form })
  }
}
