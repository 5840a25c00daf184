import { describe, expect, it } from 'vitest'
import { createReconciliations } from '@flightroster/core/store'
import { DIALECTS, type Dialect } from '../../testing/scim-dialects.ts'
import { RFC_7644 } from '../../testing/scim-rfc7644.ts'
import { addScimRoster, connectScim } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

const { api } = await withScim()

/** Sends one step after the other, and looks at what each is answered and who is on the roster then. */
async function play({ group, steps }: Dialect): Promise<void> {
  const roster = group.replaceAll(' ', '-').toLowerCase()
  await addScimRoster(api, roster, group)
  // A directory of its own, as a token bound to rosters has: what others made is not found.
  const idp = await connectScim(api, { rosters: [roster] })
  const ids = new Map<string, string>()
  const fill = (text: string) =>
    text.replaceAll(/(?:\$|%24)(ann|bob|cyd|group)\b/g, (_, name: string) => ids.get(name) ?? '')
  const filled = (value: object): unknown => JSON.parse(fill(JSON.stringify(value)))
  for (const { method, path, body, type, status, keep, answer, present } of steps) {
    const url = fill(path)
    const got = await idp.call(method, url, body === undefined ? undefined : filled(body as object), type)
    expect([method, url, got.status, got.text]).toEqual([method, url, status, expect.any(String)])
    if (keep) ids.set(keep, got.body.id ?? got.body.Resources[0].id)
    if (answer) expect([method, url, got.body]).toMatchObject([method, url, filled(answer)])
    if (present)
      expect(await idp.present(roster)).toEqual(
        present.map((name) => ids.get(name)).toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
      )
  }
  expect(await createReconciliations(api.connection, 'acme').listHeld(roster)).toEqual([])
}

describe('what a provider documents that it sends ends with the right people', () => {
  it.each(DIALECTS)('$name', play)
})

describe("RFC 7644's own examples are answered as it says, or refused as it allows", () => {
  it.each(RFC_7644)('$name', play)
})
