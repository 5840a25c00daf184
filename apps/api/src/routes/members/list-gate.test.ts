import { timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createListGate, type ListGate, type ListTurn } from './list-gate.ts'

const MB = 1024 * 1024

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const enter = (gate: ListGate, roster: string, teamKey = roster, signal?: AbortSignal) =>
  gate.enter({ roster, teamKey, caller: null, ...(signal ? { signal } : {}) })

/** What a list says in the end, and how much of its body was read by then. */
function read(turn: ListTurn, body: PassThrough) {
  const got = { bytes: 0, ended: '' }
  const work = async () => {
    for await (const chunk of turn.chunks(body)) got.bytes += chunk.length
  }
  void work().then(
    () => (got.ended = 'whole'),
    (error: { code: string }) => (got.ended = error.code),
  )
  return got
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the turns of lists', () => {
  it('go to one of another team key where a sender is slower than a megabyte a second, and not before somebody waits', async () => {
    const gate = createListGate()
    const [fast, slow] = [new PassThrough(), new PassThrough()]
    const gotFast = read(await enter(gate, 'a'), fast)
    const gotSlow = read(await enter(gate, 'b'), slow)
    await pass(8_000)
    fast.write(Buffer.alloc(9 * MB))
    await settle()
    expect([gotFast.ended, gotSlow.ended]).toEqual(['', ''])
    const third = enter(gate, 'c')
    await pass(500)
    await settle()
    expect([gotFast.ended, gotSlow.ended]).toEqual(['', 'rate_limited'])
    fast.end()
    await settle()
    expect(gotFast).toEqual({ bytes: 9 * MB, ended: 'whole' })
    // What is left of a list that lost its turn can be read and thrown away.
    slow.resume()
    slow.end('x')
    await once(slow, 'end')
    const turn = await third
    turn.end()
  })

  it('are not taken from a list that is whole, and whoever waited half a minute is told to come again', async () => {
    const gate = createListGate()
    const body = new PassThrough()
    const [first] = [await enter(gate, 'a'), await enter(gate, 'b')]
    const got = read(first, body)
    await pass(60_000)
    body.end()
    await settle()
    expect(got.ended).toBe('whole')
    const refused = expect(enter(gate, 'c')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3_000 })
    await pass(31_000)
    await refused
    first.end()
    await enter(gate, 'c')
  })

  it('go to whoever waited, before the next one of those who had them', async () => {
    const gate = createListGate()
    const [first] = [await enter(gate, 'a-1', 'a'), await enter(gate, 'a-2', 'a')]
    const gone = new AbortController()
    const left = expect(enter(gate, 'b', 'b', gone.signal)).rejects.toMatchObject({ code: 'rate_limited' })
    const waits = enter(gate, 'c')
    await expect(enter(gate, 'a-3', 'a')).rejects.toMatchObject({ code: 'rate_limited' })
    await expect(enter(gate, 'c-2', 'c')).rejects.toMatchObject({ code: 'rate_limited' })
    gone.abort()
    await left
    first.end()
    await waits
    await expect(enter(gate, 'a-3', 'a')).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('come to a third team key while two send lists without pause, however long each takes', async () => {
    const gate = createListGate()
    const state = { turns: 0, isOver: false }
    /** One list after the other, each of twelve seconds. */
    const sendOn = async (teamKey: string) => {
      while (!state.isOver) {
        const turn = await enter(gate, `${teamKey}-1`, teamKey).catch(() => undefined)
        state.turns += turn ? 1 : 0
        await timePasses(turn ? 12_000 : 1_000)
        turn?.end()
      }
    }
    const senders = [sendOn('a'), sendOn('b')]
    await pass(100)
    let third: ListTurn | undefined
    void enter(gate, 'c').then((turn) => (third = turn))
    await pass(13_000)
    expect(third).toBeDefined()
    third?.end()
    state.isOver = true
    await pass(30_000)
    await Promise.all(senders)
    expect(state.turns).toBeGreaterThan(2)
  })

  it('are kept for a team key that waited in vain, until it has come again or some seconds are over', async () => {
    const gate = createListGate()
    const [a, b] = [await enter(gate, 'a'), await enter(gate, 'b')]
    const refused = expect(enter(gate, 'c')).rejects.toMatchObject({ retryAfterMs: 3_000 })
    await pass(31_000)
    await refused
    a.end()
    // The turn that is free is not for whoever had one, nor for a newcomer.
    let next = ''
    void enter(gate, 'a').then(() => (next += 'a'))
    void enter(gate, 'd').then(() => (next += 'd'))
    await pass(3_000)
    expect(next).toBe('')
    const c = await enter(gate, 'c')
    await pass(500)
    expect(next).toBe('')
    c.end()
    b.end()
    await pass(500)
    expect(next).toBe('ad')

    const late = createListGate()
    const first = await enter(late, 'a')
    await enter(late, 'b')
    const given = expect(enter(late, 'c')).rejects.toMatchObject({ code: 'rate_limited' })
    await pass(31_000)
    await given
    first.end()
    let isIn = false
    void enter(late, 'a').then(() => (isIn = true))
    await pass(8_000)
    expect(isIn).toBe(false)
    await pass(2_000)
    expect(isIn).toBe(true)
  })

  it('are one for each roster, and one for each token that is bound to rosters', async () => {
    const gate = createListGate()
    const caller = { id: 't-1', name: 'x', scopes: [], rosters: new Set(['b', 'c']), emailAttribute: null }
    await enter(gate, 'a')
    await expect(enter(gate, 'a')).rejects.toMatchObject({ code: 'rate_limited' })
    const turn = await gate.enter({ roster: 'b', teamKey: 'b', caller })
    await expect(gate.enter({ roster: 'c', teamKey: 'c', caller })).rejects.toMatchObject({ code: 'rate_limited' })
    turn.end()
    await gate.enter({ roster: 'c', teamKey: 'c', caller })
  })
})
