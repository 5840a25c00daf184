import { readFileSync } from 'node:fs'

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

/** Reads variables and collects what is wrong with them; `finish` throws. An empty variable counts as unset. */
export class EnvReader {
  readonly #env: Env
  readonly #faults: ConfigFault[] = []

  constructor(env: Env) {
    this.#env = env
  }

  finish(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults)
  }

  text(name: string, otherwise: string): string {
    return this.#value(name) ?? otherwise
  }

  parsed<T, D>(name: string, otherwise: D, expected: string, parse: (text: string) => T): T | D {
    const text = this.#value(name)
    return text === undefined ? otherwise : (this.#parse(name, text, expected, parse) ?? otherwise)
  }

  integer(name: string, otherwise: number, range: { min: number; max: number }): number {
    return this.optionalInteger(name, range) ?? otherwise
  }

  optionalInteger(name: string, { min, max }: { min: number; max: number }): number | undefined {
    return this.parsed(name, undefined, `a whole number from ${min} to ${max}`, (text) => {
      const value = Number(text)
      if (!/^\d+$/.test(text)) throw new Error('it is not a whole number')
      if (value < min || value > max) throw new Error(value < min ? 'it is too small' : 'it is too large')
      return value
    })
  }

  flag(name: string, otherwise: boolean): boolean {
    return this.parsed(name, otherwise, 'true or false', (text) => {
      if (text !== 'true' && text !== 'false') throw new Error('it is neither')
      return text === 'true'
    })
  }

  oneOf<T extends string>(name: string, otherwise: T, values: readonly T[]): T {
    return this.parsed(name, otherwise, `one of ${values.join(', ')}`, (text) => {
      const value = values.find((candidate) => candidate === text)
      if (value === undefined) throw new Error('it is none of them')
      return value
    })
  }

  /** Required. From NAME, or from the file that NAME_FILE names. */
  secret<T>(name: string, expected: string, parse: (text: string) => T): T {
    const faultsBefore = this.#faults.length
    const value = this.optionalSecret(name, expected, parse)
    if (value === undefined && this.#faults.length === faultsBefore) this.#fault(name, 'it is not set', expected)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- never used where it is absent: `finish` throws
    return value as T
  }

  optionalSecret<T>(name: string, expected: string, parse: (text: string) => T): T | undefined {
    const text = this.#secretText(name, expected)
    return text === undefined ? undefined : this.#parse(name, text, expected, parse)
  }

  #secretText(name: string, expected: string): string | undefined {
    const direct = this.#value(name)
    const path = this.#value(`${name}_FILE`)
    if (path === undefined) return direct
    if (direct !== undefined) {
      this.#fault(name, `${name} and ${name}_FILE are both set`, 'one of them')
      return undefined
    }
    try {
      const text = readFileSync(path, 'utf8').trim()
      if (text !== '') return text
      this.#fault(`${name}_FILE`, 'the file is empty', expected)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      this.#fault(`${name}_FILE`, `the file cannot be read (${code})`, 'a readable file with the secret')
    }
    return undefined
  }

  #value(name: string): string | undefined {
    const text = this.#env[name]?.trim()
    return text === '' ? undefined : text
  }

  #parse<T>(name: string, text: string, expected: string, parse: (text: string) => T): T | undefined {
    try {
      return parse(text)
    } catch (error) {
      this.#fault(name, error instanceof Error ? error.message : 'it is not valid', expected)
      return undefined
    }
  }

  #fault(name: string, problem: string, expected: string): void {
    this.#faults.push({ name, problem, expected })
  }
}
