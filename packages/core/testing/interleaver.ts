import { Command, Redis } from 'ioredis'

/** What becomes of the next step of a process. */
export type Fate = 'go' | 'lose' | 'twice' | 'forget' | 'kill' | 'stall'

/** What a process is about to do. */
export interface ReadyStep {
  process: SteppedProcess
  name: string
}

interface Pending extends ReadyStep {
  /** The store carries out the commands of a connection in their order; other steps wait for none of them. */
  isCommand: boolean
  /** `forget`: the store has lost the script, which goes out once more, behind what was sent meanwhile. */
  release: (fate: 'go' | 'lose' | 'twice' | 'forget') => Promise<void>
  refuse: () => void
}

/** One process of the product: its connection, and whatever else it does step by step. */
export interface SteppedProcess {
  redis: Redis
  /** For steps outside of the store. */
  step(name: string): Promise<void>
  isDead(): boolean
}

interface Lease {
  token: string
  /** Slept until then (ms), when its holder said last that it lives. */
  at: number
}

interface Sleeper {
  until: number
  wake: () => void
}

const LEASE_MS = 15_000

/**
 * Runs several processes in one, a step at a time: a step is one command to the store, or what calls `step`. Which process takes the
 * next one, and who dies, is somebody else's choice, so a run repeats with its choices. Nobody waits for time to pass: where all sleep,
 * the first one wakes, and leases of those who did nothing for as long have run out.
 */
export class Interleaver {
  readonly #pending: Pending[] = []
  readonly #dead = new Set<SteppedProcess>()
  readonly #stalled = new Map<SteppedProcess, number>()
  readonly #leases = new Map<SteppedProcess, Map<string, Lease>>()
  readonly #sleepers: Sleeper[] = []
  readonly #admin: Redis
  readonly #url: string
  #stepped = true
  #sleptMs = 0
  #underWay = 0

  constructor(url: string, admin: Redis) {
    this.#url = url
    this.#admin = admin
  }

  async start(): Promise<SteppedProcess> {
    const isStepped = () => this.#stepped
    const isDead = () => this.#dead.has(process)
    const redis = new SteppedRedis(this.#url, { maxRetriesPerRequest: null, enableReadyCheck: false })
    await new Promise((resolve) => redis.once('ready', resolve))
    redis.sent = (answer) => {
      this.#underWay++
      const end = () => void this.#underWay--
      answer.then(end, end)
    }
    const process: SteppedProcess = {
      redis,
      isDead,
      step: (name) => take(name, false),
    }
    const take = (name: string, isCommand: boolean) =>
      new Promise<void>((resolve, reject) => {
        if (!isStepped()) return resolve()
        const refuse = () => reject(new Error('The process is dead.'))
        if (isDead()) return refuse()
        this.#pending.push({ process, name, isCommand, refuse, release: async () => resolve() })
      })
    // What leaves together is one step, taken before any of it is sent.
    const multi = redis.multi.bind(redis)
    const stepped = () => {
      const pipeline = multi()
      const exec = pipeline.exec.bind(pipeline)
      pipeline.exec = async (...args) => {
        await take('multi', true)
        return exec(...args)
      }
      return pipeline
    }
    redis.multi = stepped as typeof redis.multi
    redis.intercept = (command, send) => {
      if (isDead()) return command.reject(new Error('The process is dead.'))
      this.#noteLease(process, command)
      if (!isStepped()) return send(command)
      this.#pending.push({
        process,
        name: command.name,
        isCommand: true,
        refuse: () => command.reject(new Error('The process is dead.')),
        async release(fate) {
          if (fate === 'forget' && command.name === 'evalsha') {
            command.reject(new Error('NOSCRIPT No matching script. Please use EVAL.'))
            return
          }
          if (fate === 'lose') {
            const copy = copyOf(command)
            send(copy)
            await copy.promise.catch(() => {})
            command.reject(new Error('Connection is closed.'))
            return
          }
          if (fate === 'twice') {
            const copy = copyOf(command)
            send(copy)
            await copy.promise.catch(() => {})
          }
          send(command)
          await command.promise.catch(() => {})
        },
      })
    }
    return process
  }

  /**
   * Takes steps until all of `work` has ended. `choose` picks one of `count`, or none for now; it may look at whose they are.
   * `fateOf` says what becomes of it.
   */
  async run(
    work: Promise<unknown>,
    choices: { choose: (count: number, ready: readonly ReadyStep[]) => number; fateOf: (name: string) => Fate },
  ): Promise<void> {
    let isOver = false
    void work.finally(() => (isOver = true)).catch(() => {})
    while (!isOver) {
      await settle()
      for (const [process, left] of this.#stalled) {
        if (left === 0) this.#stalled.delete(process)
        else this.#stalled.set(process, left - 1)
      }
      if (this.#underWay > 0) continue
      const ready = this.#pending.filter((step) => !this.#stalled.has(step.process) && this.#isNext(step))
      if (ready.length === 0) {
        if (this.#stalled.size === 0 && !(await this.#wakeFirst()))
          await new Promise((resolve) => setTimeout(resolve, 1))
        continue
      }
      const next = ready[choices.choose(ready.length, ready)]
      if (!next) continue
      const fate = choices.fateOf(next.name)
      if (fate === 'kill') {
        await this.kill(next.process)
        continue
      }
      if (fate === 'stall') {
        // Longer than its leases last; then it goes on as if nothing had happened.
        this.#stalled.set(next.process, STALLED_STEPS)
        await this.#endLeases(next.process)
        continue
      }
      this.#pending.splice(this.#pending.indexOf(next), 1)
      await next.release(fate)
    }
  }

  #isNext(step: Pending): boolean {
    const isAlike = ({ process, isCommand }: Pending) => isCommand && process === step.process
    return !step.isCommand || this.#pending.find(isAlike) === step
  }

  /** What the processes wait by, in place of the host's timers. */
  sleep(ms: number): Promise<void> {
    if (!this.#stepped) {
      this.#sleptMs += ms
      return Promise.resolve()
    }
    return new Promise((wake) => void this.#sleepers.push({ until: this.#sleptMs + ms, wake }))
  }

  /** How long everybody slept (ms): their clocks are as far ahead. */
  sleptMs(): number {
    return this.#sleptMs
  }

  async #wakeFirst(): Promise<boolean> {
    const first = this.#sleepers.reduce<Sleeper | undefined>(
      (least, one) => (least && least.until <= one.until ? least : one),
      undefined,
    )
    if (!first) return false
    this.#sleptMs = Math.max(this.#sleptMs, first.until)
    this.#sleepers.splice(this.#sleepers.indexOf(first), 1)
    for (const process of this.#leases.keys()) await this.#endLeases(process, this.#sleptMs - LEASE_MS)
    first.wake()
    return true
  }

  /** Nothing is held up any more. */
  goOn(): void {
    this.#stepped = false
    for (const { wake } of this.#sleepers.splice(0)) wake()
    for (const { release } of this.#pending.splice(0)) void release('go')
  }

  hold(): void {
    this.#stepped = true
  }

  async kill(process: SteppedProcess): Promise<void> {
    this.#dead.add(process)
    await this.#endLeases(process)
    for (let at = this.#pending.length - 1; at >= 0; at--) {
      if (this.#pending[at]?.process === process) this.#pending.splice(at, 1)[0]?.refuse()
    }
    process.redis.disconnect()
  }

  /** Leases are keys whose value the process chose: they run out while it is dead, or does nothing. */
  #noteLease(process: SteppedProcess, command: Command): void {
    const words = command.args.map(String)
    const leases = this.#leases.get(process) ?? new Map<string, Lease>()
    this.#leases.set(process, leases)
    const note = (key: string, token = '') => leases.set(key, { token, at: this.#sleptMs })
    if (command.name === 'set' && words[0]?.endsWith(':lease')) note(words[0], words[1])
    if (command.name === 'evalsha' && words[2]?.endsWith(':lease')) note(words[2], words[2 + Number(words[1])])
  }

  /** Of those whose holder said nothing since `before`. */
  async #endLeases(process: SteppedProcess, before = Infinity): Promise<void> {
    for (const [key, { token, at }] of this.#leases.get(process) ?? []) {
      if (at < before && (await this.#admin.get(key)) === token) await this.#admin.del(key)
    }
  }
}

const STALLED_STEPS = 60

/** Enough turns of the event loop for a chain of promises to come to its next command. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function copyOf(command: Command): Command {
  return new Command(command.name, [...command.args], { replyEncoding: 'utf8' })
}

type Send = (command: Command) => void

class SteppedRedis extends Redis {
  intercept: ((command: Command, send: Send) => void) | undefined
  sent: ((answer: Promise<unknown>) => void) | undefined

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    if (!this.intercept || stream) {
      this.sent?.(command.promise)
      return super.sendCommand(command, stream)
    }
    this.intercept(command, (one) => {
      this.sent?.(one.promise)
      void super.sendCommand(one)
    })
    return command.promise
  }
}
