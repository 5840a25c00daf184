import { expect, it } from 'vitest'
import type { Change } from './make-plan.ts'
import { readOutlooks } from './outlook.ts'

const change = (id: string, action: Change['action'], to: unknown, path = ['scimGroup']): Change => ({
  kind: 'roster',
  id,
  action,
  fields: [{ path, from: null, to }],
})

/** A server with one group of 240, which three of a roster have already. */
const client = {
  asked: [] as { roster: string; group: string }[],
  async previewScimGroup(input: { roster: string; group: string }) {
    client.asked.push(input)
    return { plan: { add: 237, remove: 1, unchanged: 3 }, others: 2, withoutAddress: 5, held: true }
  },
  all: {
    async *listPushedGroups() {
      yield { displayName: 'Beta Testers', externalId: null, members: 240 }
      yield { displayName: 'Others', externalId: 'Beta testers', members: 1 }
      yield { displayName: 'Nobody', externalId: null, members: 7 }
    },
  },
}

it('says of a roster that names another SCIM group how many people come and go', async () => {
  const changes = [
    change('gold', 'update', 'Beta testers'),
    change('new', 'create', 'Beta testers'),
    change('free', 'update', null),
    change('made-without', 'create', null),
    change('gone', 'delete', 'Beta testers'),
    change('other', 'update', 'manual', ['builds']),
  ]
  expect(await readOutlooks(client as never, { changes })).toEqual([
    {
      roster: 'gold',
      group: 'Beta testers',
      add: 237,
      remove: 1,
      unchanged: 3,
      others: 2,
      withoutAddress: 5,
      held: true,
    },
    {
      roster: 'new',
      group: 'Beta testers',
      add: 241,
      remove: 0,
      unchanged: 0,
      others: 0,
      withoutAddress: 0,
      held: false,
    },
    { roster: 'free', group: null, add: 0, remove: 0, unchanged: 0, others: 0, withoutAddress: 0, held: false },
  ])
  expect(client.asked).toEqual([{ roster: 'gold', group: 'Beta testers' }])
})
