import { expect, it } from 'vitest'
import { networkOf, siteOf, widerNetworksOf } from './network.ts'

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['0:0:0:0:0:FFFF:192.0.2.7', '192.0.2.7'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0db8:0:0:ffff::9', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('counts %s as %s', (address, network) => expect(networkOf(address)).toBe(network))

it.each([
  ['192.0.2.7', ['192.0', '192.0.2.7']],
  ['::ffff:192.0.2.7', ['192.0', '192.0.2.7']],
  ['2001:db8:1:2:3:4:5:6', ['2001:db8::/32', '2001:db8:1::/48']],
  ['2001:db8:1:ffff::9', ['2001:db8::/32', '2001:db8:1::/48']],
  ['::1', ['0:0::/32', '0:0:0::/48']],
])('%s is in the networks %j', (address, wider) => {
  expect(widerNetworksOf(address)).toEqual(wider)
  expect(siteOf(address)).toBe(wider[1])
})
