import { afterEach, expect, it, vi } from 'vitest'
import { freePort } from './free-port.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('a port is given once, whichever files run at once, and however long a server takes to start', async () => {
  const ports: number[] = []
  for (const worker of ['1', '2', '6', '']) {
    vi.stubEnv('VITEST_POOL_ID', worker)
    for (let count = 0; count < 100; count++) ports.push(await freePort())
  }
  expect(new Set(ports).size).toBe(ports.length)
})
