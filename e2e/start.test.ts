import { eventually } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { startDemo, type Demo } from './support/start-demo.ts'

const rostersOf = async ({ api }: Demo) => (await api.all<{ id: string }>('/v1/rosters')).map(({ id }) => id).toSorted()

it('npm start says where to look, and goes on by itself', async () => {
  await using demo = await startDemo([])
  for (const said of ['The roster "gold"', `${demo.base}/console`, `${demo.base}/docs`, 'goes on by itself', 'Ctrl-C'])
    expect(demo.said).toContain(said)
  await eventually(async () => expect(await rostersOf(demo)).toEqual(['bronze', 'gold', 'silver']))
  const page = await fetch(demo.base)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
})

it('npm start -- --quiet shows the same, and leaves the rest as it is', async () => {
  await using demo = await startDemo(['--quiet'])
  for (const said of ['The roster "gold"', `${demo.base}/console`, 'Ctrl-C']) expect(demo.said).toContain(said)
  expect(demo.said).not.toContain('by itself')
  expect(await rostersOf(demo)).toEqual(['gold'])
})
