import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from './lib/place.mjs'
import { readStages } from './lib/image.mjs'

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const SBOM = `flightroster-${version}.cdx.json`

let out: string
const read = (name: string) => readFileSync(join(out, name), 'utf8')
const release = () =>
  spawnSync(process.execPath, [join(ROOT, 'scripts/release.mjs'), '--out', out], { encoding: 'utf8' })

describe('pnpm release', () => {
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'flightroster-release-'))
    const { status, stderr } = release()
    expect(stderr.replaceAll(/^npm notice.*\n?/gm, '')).toBe('')
    expect(status).toBe(0)
  }, 240_000)
  afterAll(() => rmSync(out, { recursive: true, force: true }))

  it('puts all that belongs to a version into a folder, each file with its checksum', () => {
    const tarballs = [`flightroster-${version}.tgz`, `flightroster-client-${version}.tgz`]
    const others = [SBOM, 'SHA256SUMS', 'image-tags.txt', 'licences.md', 'provenance.md']
    expect(readdirSync(out).toSorted()).toEqual([...tarballs, ...others].toSorted())
    const told = execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' })
    expect(told.match(/: OK$/gm)).toHaveLength(tarballs.length + others.length - 1)
  })

  it('makes a CycloneDX SBOM of what the image holds, with hashes, and knows the licence of each', () => {
    const sbom: {
      bomFormat: string
      specVersion: string
      metadata: { component: { version: string } }
      components: {
        name: string
        group?: string
        version: string
        purl: string
        licenses?: unknown[]
        externalReferences?: { hashes?: unknown[] }[]
      }[]
    } = JSON.parse(read(SBOM))
    expect([sbom.bomFormat, sbom.specVersion, sbom.metadata.component.version]).toEqual(['CycloneDX', '1.6', version])
    const names = sbom.components.map(({ group, name }) => (group ? `${group}/${name}` : name))
    expect(names).toEqual(expect.arrayContaining(['fastify', 'bullmq', 'ioredis', 'undici', 'pino', '@bull-board/api']))
    expect(names).not.toContain('vitest')
    const foreign = sbom.components.filter(({ purl }) => !purl.includes('flightroster'))
    const hashed = foreign.filter(({ externalReferences }) => externalReferences?.some(({ hashes }) => hashes?.length))
    expect(hashed.length).toBe(foreign.length)
    const licences = read('licences.md')
    expect(foreign.filter(({ version: of, name }) => !licences.includes(`${name} ${of}`))).toEqual([])
  })

  it('names the tags of the image, and where it all comes from', () => {
    const [major, minor] = version.split('.')
    expect(read('image-tags.txt').split('\n')).toEqual(
      expect.arrayContaining([`flightroster:${version}`, `flightroster:${major}.${minor}`]),
    )
    const provenance = read('provenance.md')
    expect(provenance).toContain('gcr.io/distroless/cc-debian12')
    expect(provenance).toMatch(/pnpm-lock\.yaml, SHA-256 \| [0-9a-f]{64}/)
  })

  it('mixes nothing into a folder in which there is something', () => {
    const { status, stderr } = release()
    expect([status, stderr]).toEqual([1, expect.stringContaining('There is something in')])
  })
})

describe('the stages of a Dockerfile', () => {
  it('are read with their instructions, over broken lines and without comments', () => {
    const text = 'FROM node:1 AS base\n# why\nRUN one \\\n  && two\nFROM base\nCOPY --from=base /a b/\n'
    expect(readStages(text)).toEqual([
      { name: 'base', from: 'node:1', steps: [['RUN', 'one && two']] },
      { name: undefined, from: 'base', steps: [['COPY', '--from=base /a b/']] },
    ])
  })
})
