import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Files of an authority of its own, and of a certificate for 127.0.0.1 that it has signed. */
export interface TestTls extends AsyncDisposable {
  ca: string
  certificate: string
  key: string
}

const DAYS = '2'
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export async function makeTls(): Promise<TestTls> {
  const directory = await mkdtemp(join(tmpdir(), 'flightroster-tls-'))
  const file = (name: string) => join(directory, name)
  const openssl = (...words: string[]) => promisify(execFile)('openssl', words)
  const [ca, caKey, certificate, key, asked, names] = [
    file('ca.crt'),
    file('ca.key'),
    file('redis.crt'),
    file('redis.key'),
    file('redis.csr'),
    file('names'),
  ]
  await openssl('req', '-x509', ...NEW_KEY, '-keyout', caKey, '-out', ca, '-days', DAYS, '-subj', '/CN=Test CA')
  await openssl('req', ...NEW_KEY, '-keyout', key, '-out', asked, '-subj', '/CN=redis')
  await writeFile(names, 'subjectAltName=IP:127.0.0.1\n')
  const signing = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', DAYS, '-extfile', names]
  await openssl('x509', '-req', '-in', asked, ...signing, '-out', certificate)
  return {
    ca,
    certificate,
    key,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
