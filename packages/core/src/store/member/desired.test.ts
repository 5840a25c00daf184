import { expect, it } from 'vitest'
import { formatTail, parseDesired } from './desired.ts'

const ann = { email: 'ann@example.com', firstName: 'Ann "Öz"', lastName: null }

it('is read in the short form and in the JSON of before', () => {
  const wanted = { v: 1, version: 3, joined: 2, time: 1_000, at: 900, present: true, ...ann }
  expect(parseDesired(`2 3 2 1000 -100 1${formatTail('u-1', ann, true)}`)).toEqual(wanted)
  const before = `{"v":1,"version":3,"joined":2,"time":1000,"at":900,"present":true${formatTail('u-1', ann, false)}`
  expect(parseDesired(before)).toEqual(wanted)
})

it('names its entry in the index where the store could not make it', () => {
  const odd = { email: 'ÉLODIE@example.com', firstName: null, lastName: null }
  for (const packed of [true, false]) {
    const head = packed ? '2 1 1 5 0 0' : '{"v":1,"version":1,"joined":1,"time":5,"at":5,"present":false'
    expect(parseDesired(head + formatTail('u-1', odd, packed))).toMatchObject({
      ...odd,
      present: false,
      index: ['e:élodie@example.com\u0000u-1'],
    })
  }
})

it('is taken for nothing by a release that reads JSON alone', () => {
  expect(() => JSON.parse(`2 1 1 5 0 1${formatTail('u-1', ann, true)}`) as unknown).toThrow(SyntaxError)
})
