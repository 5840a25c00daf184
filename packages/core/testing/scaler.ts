import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What a ScaledObject of KEDA makes of one figure, as far as ours use it: KEDA hands the figure to a HorizontalPodAutoscaler, which asks
 * for as many pods as the figure has thresholds (AverageValue), within its bounds, at its pace. Times in ms.
 */
export interface ScaleRule {
  least: number
  most: number
  /** A pod for each so much of the figure. */
  threshold: number
  up: Pace
  down: Pace
}

/** At most so many pods more or less in each period; the most (down) that was asked for in the window counts. */
interface Pace {
  windowMs: number
  pods: number
  periodMs: number
}

/** `fasterBy`: all times and the threshold are divided by it, since a test can't wait for minutes. */
export function readScaledObject(document: unknown, fasterBy = 1): ScaleRule {
  const { spec } = document as ScaledObject
  const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior
  const [trigger] = spec.triggers
  if (trigger?.metricType !== 'AverageValue') throw new Error('This rule is not by an average value.')
  const toPace = ({ stabilizationWindowSeconds, policies: [policy] }: Behavior): Pace => {
    if (policy?.type !== 'Pods') throw new Error('This pace is not by pods.')
    const toMs = (seconds: number) => (seconds * 1_000) / fasterBy
    return { windowMs: toMs(stabilizationWindowSeconds), pods: policy.value, periodMs: toMs(policy.periodSeconds) }
  }
  return {
    least: spec.minReplicaCount,
    most: spec.maxReplicaCount,
    threshold: Number(trigger.metadata.threshold) / fasterBy,
    up: toPace(scaleUp),
    down: toPace(scaleDown),
  }
}

interface Behavior {
  stabilizationWindowSeconds: number
  policies: { type: string; value: number; periodSeconds: number }[]
}

interface ScaledObject {
  spec: {
    minReplicaCount: number
    maxReplicaCount: number
    triggers: { metricType: string; metadata: { threshold: string } }[]
    advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleUp: Behavior; scaleDown: Behavior } } }
  }
}

/** An autoscaler changes nothing for a figure that is within a tenth of what it has. */
const TOLERANCE = 0.1

/** How many there are to be now. Keeps what it asked for, as an autoscaler does. */
export function createScaleDecision(rule: ScaleRule): (now: number, current: number, figure: number) => number {
  const asked: { at: number; pods: number }[] = []
  const changed: { at: number; by: number }[] = []
  const changedSince = (from: number, sign: number) =>
    changed.reduce((sum, { at, by }) => (at > from && Math.sign(by) === sign ? sum + Math.abs(by) : sum), 0)
  return (now, current, figure) => {
    const share = figure / (rule.threshold * current)
    const wanted = Math.abs(share - 1) <= TOLERANCE ? current : Math.ceil(figure / rule.threshold)
    const bounded = Math.min(rule.most, Math.max(rule.least, wanted))
    asked.push({ at: now, pods: bounded })
    const recent = (windowMs: number) => asked.filter(({ at }) => at >= now - windowMs).map(({ pods }) => pods)
    const up = Math.min(...recent(rule.up.windowMs))
    const down = Math.max(...recent(rule.down.windowMs))
    let next = current
    if (up > current) next = Math.min(up, current + rule.up.pods - changedSince(now - rule.up.periodMs, 1))
    else if (down < current)
      next = Math.max(down, current - rule.down.pods + changedSince(now - rule.down.periodMs, -1))
    next = up > current ? Math.max(current, next) : Math.min(current, next)
    if (next !== current) changed.push({ at: now, by: next - current })
    return next
  }
}

export interface Scaler {
  /** How many there were, from when on (ms since its start), and the figure that led to it. */
  history: readonly { atMs: number; count: number; figure: number }[]
  /** Ends the scaling; what runs goes on. */
  close(): Promise<void>
}

/** Looks at the figure again and again, and starts and stops by the rule. The last that was started is stopped first. */
export function startScaler<T>(options: {
  rule: ScaleRule
  everyMs: number
  /** Those that run at the beginning; kept up to date. */
  running: T[]
  figure: () => Promise<number>
  start: () => T
  stop: (one: T) => Promise<unknown>
}): Scaler {
  const { rule, running } = options
  const decide = createScaleDecision(rule)
  const begun = performance.now()
  const history: { atMs: number; count: number; figure: number }[] = []
  const stopping: Promise<unknown>[] = []
  let isOpen = true
  const turn = async () => {
    const figure = await options.figure().catch(() => undefined)
    // Without a figure an autoscaler leaves all as it is.
    if (figure === undefined || !isOpen) return
    const atMs = performance.now() - begun
    const count = decide(atMs, running.length, figure)
    if (count === running.length) return
    while (running.length < count) running.push(options.start())
    for (const one of running.splice(count)) stopping.push(options.stop(one))
    history.push({ atMs, count, figure })
  }
  const loop = async () => {
    while (isOpen) {
      await turn()
      await sleep(options.everyMs)
    }
  }
  const going = loop()
  return {
    history,
    async close() {
      isOpen = false
      await going
      await Promise.all(stopping)
    },
  }
}
