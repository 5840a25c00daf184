import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLog } from './log.ts'
import { endOnSignals } from './shutdown.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start(close: () => Promise<void>) {
  const codes: number[] = []
  const events: string[] = []
  const write = (line: string) => void events.push((JSON.parse(line) as { event: string }).event)
  const target = Object.assign(new EventEmitter(), { exit: (code: number) => void codes.push(code) })
  endOnSignals({ log: createLog({ level: 'info', name: 'test' }, { write }), close, deadlineMs: 15_000, target })
  return { codes, events, signal: (name: 'SIGTERM' | 'SIGINT') => target.emit(name, name) }
}
const never = () => new Promise<void>(() => {})

it.each(['SIGTERM', 'SIGINT'] as const)(
  'a process that is asked to end by %s closes, once, and exits 0',
  async (name) => {
    const close = vi.fn(async () => {})
    const { codes, events, signal } = start(close)
    signal(name)
    await vi.advanceTimersByTimeAsync(0)
    expect([close.mock.calls.length, codes, events]).toEqual([1, [0], ['process.ending', 'process.ended']])
  },
)

it('a process that does not close in time exits 0 at its deadline, and says so', async () => {
  const { codes, events, signal } = start(never)
  signal('SIGTERM')
  await vi.advanceTimersByTimeAsync(14_999)
  expect(codes).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect([codes, events]).toEqual([[0], ['process.ending', 'process.late']])
})

it('a process whose closing fails exits 0 all the same, with the error in the log', async () => {
  const { codes, events, signal } = start(async () => Promise.reject(new Error('no store')))
  signal('SIGTERM')
  await vi.advanceTimersByTimeAsync(0)
  expect([codes, events]).toEqual([[0], ['process.ending', 'process.close_failed']])
})

it('a second signal ends a process at once, with 1', async () => {
  const { codes, events, signal } = start(never)
  signal('SIGTERM')
  signal('SIGINT')
  expect([codes, events]).toEqual([[1], ['process.ending', 'process.killed']])
})
