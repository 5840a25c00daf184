import { expect, it } from 'vitest'
import { ERROR_RULES } from '../../errors.ts'
import { tellTimeline } from './tell-timeline.ts'

const { title } = ERROR_RULES.call_forbidden

it.each([
  ['its title, where the detail is the same', title, `Now invited. ${title}`],
  ['both, where the detail says more', 'A closer look at it.', `Now invited. ${title} A closer look at it.`],
])('says a problem once: %s', (_, d, end) => {
  const [item] = tellTimeline([
    {
      k: 'run',
      t: 1,
      c: [['POST /v1/betaTesterInvitations', 403, 'FORBIDDEN_ERROR']],
      s: 'invited',
      p: 'call_forbidden',
      d,
    },
  ])
  expect(item?.text).toBe(`Asked App Store Connect: POST /v1/betaTesterInvitations → 403 FORBIDDEN_ERROR. ${end}`)
})

it.each([
  ['pending', 'No call was made. Now pending.'],
  ['waiting', 'No call was made. Now waiting.'],
  ['removed', 'No call was needed. Now removed.'],
] as const)('does not say of who is %s, without a call, that none was needed unless it is so', (s, text) => {
  expect(tellTimeline([{ k: 'run', t: 1, c: [], s }])[0]?.text).toBe(text)
})
