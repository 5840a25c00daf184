import { describe, expect, it } from 'vitest'
import { createUrlGuard, UrlRefused } from './guard-url.ts'
import { isPublicAddress } from './public-address.ts'
import { resolveName } from './resolve-name.ts'

const { signal } = new AbortController()
const guardOf = (...addresses: string[]) => createUrlGuard({ allowPrivate: false, resolve: async () => addresses })

describe('a URL that says by itself that it cannot pass', () => {
  it.each([
    ['loopback', 'http://127.0.0.1/'],
    ['loopback with a port', 'https://127.0.0.1:8443/hook'],
    ['any of the loopback net', 'http://127.9.9.9/'],
    ['decimal', 'http://2130706433/'],
    ['hex', 'http://0x7f000001/'],
    ['hex by parts', 'http://0x7f.0.0.0x1/'],
    ['octal', 'http://0177.0.0.1/'],
    ['octal as a whole', 'http://017700000001/'],
    ['short', 'http://127.1/'],
    ['shorter', 'http://10.1/'],
    ['full-width digits', 'http://１２７.０.０.１/'],
    ['a dot at the end', 'http://127.0.0.1./'],
    ['percent-encoded', 'http://%31%32%37.0.0.1/'],
    ['this network', 'http://0.0.0.0/'],
    ['zero', 'http://0/'],
    ['private, ten', 'http://10.0.0.8/'],
    ['private, 172.16', 'http://172.31.255.255/'],
    ['private, 192.168', 'http://192.168.1.1/'],
    ['carrier-grade NAT', 'http://100.64.0.1/'],
    ['metadata of Alibaba', 'http://100.100.100.200/'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['host agent of Azure', 'http://168.63.129.16/'],
    ['metadata of Oracle', 'http://192.0.0.192/'],
    ['benchmarking', 'http://198.18.0.1/'],
    ['documentation', 'http://203.0.113.7/'],
    ['multicast', 'http://224.0.0.1/'],
    ['reserved', 'http://240.0.0.1/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['loopback of IPv6', 'http://[::1]/'],
    ['unspecified IPv6', 'http://[::]/'],
    ['mapped IPv4', 'http://[::ffff:127.0.0.1]/'],
    ['mapped IPv4 in hex', 'http://[::ffff:7f00:1]/'],
    ['mapped public IPv4', 'http://[::ffff:93.184.216.34]/'],
    ['compatible IPv4', 'http://[::127.0.0.1]/'],
    ['compatible IPv4, private', 'http://[::a00:1]/'],
    ['translated IPv4', 'http://[::ffff:0:127.0.0.1]/'],
    ['NAT64', 'http://[64:ff9b::7f00:1]/'],
    ['NAT64, local', 'http://[64:ff9b:1::7f00:1]/'],
    ['6to4', 'http://[2002:7f00:1::]/'],
    ['Teredo', 'http://[2001:0:7f00:1::]/'],
    ['unique local', 'http://[fd00:ec2::254]/'],
    ['link-local', 'http://[fe80::1]/'],
    ['link-local with a zone', 'http://[fe80::1%25eth0]/'],
    ['site-local', 'http://[fec0::1]/'],
    ['multicast of IPv6', 'http://[ff02::1]/'],
    ['documentation of IPv6', 'http://[2001:db8::1]/'],
    ['outside what is given out', 'http://[4000::1]/'],
    ['another scheme', 'ftp://example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/plain,x'],
    ['a user name', 'https://ann@example.com/'],
    ['a password', 'https://ann:secret@example.com/'],
    ['an address behind a user name', 'https://example.com@127.0.0.1/'],
  ])('is refused: %s', (_what, url) => {
    expect(() => guardOf().judge(url)).toThrow(UrlRefused)
  })

  it.each([
    'http://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]:8443/x',
    'https://example.com/a?b=c',
  ])('is none of these: %s', (url) => {
    expect(guardOf().judge(url).href).toBe(url)
  })
})

describe('a name', () => {
  it.each([
    ['one private address', ['10.0.0.8']],
    ['a private address among public ones', ['93.184.216.34', '10.0.0.8']],
    ['a private IPv6 address beside a public IPv4 one', ['93.184.216.34', 'fd00::1']],
    ['a mapped address', ['::ffff:10.0.0.8']],
    ['an address with a zone', ['fe80::1%eth0']],
    ['what is no address', ['']],
  ])('is refused with %s', async (_what, addresses) => {
    await expect(guardOf(...addresses).admit('https://hook.example/', signal)).rejects.toThrow(UrlRefused)
  })

  it('passes with public addresses only, and exactly these may be connected to', async () => {
    const admitted = await guardOf('93.184.216.34', '2606:2800::1').admit('https://hook.example/', signal)
    expect(admitted.addresses).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:2800::1', family: 6 },
    ])
  })

  it('is judged anew each time', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']]
    const guard = createUrlGuard({ allowPrivate: false, resolve: async () => answers.shift() ?? [] })
    await guard.admit('https://hook.example/', signal)
    await expect(guard.admit('https://hook.example/', signal)).rejects.toThrow('127.0.0.1')
  })

  it('of this machine is refused without asking anybody', async () => {
    const guard = createUrlGuard({ allowPrivate: false, resolve: resolveName })
    for (const name of ['localhost', 'LOCALHOST', 'localhost.', 'x.localhost'])
      await expect(guard.admit(`http://${name}/`, signal)).rejects.toThrow(UrlRefused)
  })
})

describe('where private addresses are allowed', () => {
  const guard = createUrlGuard({ allowPrivate: true, resolve: async () => ['10.0.0.8'] })

  it('lets them pass, as literals and behind names', async () => {
    expect((await guard.admit('http://127.0.0.1:8080/', signal)).addresses).toEqual([
      { address: '127.0.0.1', family: 4 },
    ])
    expect((await guard.admit('http://hook.internal/', signal)).addresses).toEqual([{ address: '10.0.0.8', family: 4 }])
  })

  it.each(['ftp://127.0.0.1/', 'http://ann:secret@127.0.0.1/'])('still refuses %s', (url) => {
    expect(() => guard.judge(url)).toThrow(UrlRefused)
  })
})

describe('a public address', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
    expect(isPublicAddress(`${address}%eth0`)).toBe(false)
  })
})
