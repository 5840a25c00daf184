import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { MemberFact, TeamKeyFact } from '../../domain/fact.ts'
import { createFacts, lanesWithFacts, takeUntold } from './facts.ts'

const { redis } = await withRedis()
const fact = (member: string, sequence = 1): MemberFact => ({
  type: 'member.invited',
  roster: 'gold',
  member,
  sequence,
  status: 'invited',
  problem: null,
  at: 5,
})

it('facts are told oldest first, by one at a time, and go once they are on their way', async () => {
  const facts = createFacts(redis, 'acme')
  await facts.add([fact('u-1'), fact('u-2'), fact('u-3')])
  expect([await takeUntold(redis), await takeUntold(redis)]).toEqual([['acme'], []])
  const begun = await facts.begin('one', 2)
  expect(begun).toEqual([fact('u-1'), fact('u-2')])
  expect(await facts.begin('two', 2)).toEqual([])
  expect(await facts.told('one', begun, 2)).toEqual([fact('u-3')])
  // Another has dropped these already: nothing that is left goes.
  expect(await facts.told('two', begun, 2)).toEqual([fact('u-3')])
  await facts.end('one')
  expect(await lanesWithFacts(redis, ['acme', 'other'])).toEqual(['acme'])
})

it('that a team key is refused, and that it is taken again, is told once each, in order', async () => {
  const facts = createFacts(redis, 'acme')
  const about = (type: TeamKeyFact['type']): TeamKeyFact => ({
    type,
    teamKey: 'acme',
    sequence: 0,
    problem: null,
    at: 5,
  })
  for (const _ of [1, 2]) await facts.noteKey('key_rejected', about('team_key.rejected'), 0)
  for (const _ of [1, 2]) await facts.noteKey('', about('team_key.recovered'), 0)
  expect(await facts.peek(10)).toEqual([
    { ...about('team_key.rejected'), sequence: 1 },
    { ...about('team_key.recovered'), sequence: 2 },
  ])
})
