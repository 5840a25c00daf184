import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const ROOT = join(import.meta.dirname, '..')
const HOME = join(ROOT, 'deploy/kubernetes')
const OVERLAYS = readdirSync(join(HOME, 'overlays'))
const COMPONENTS = readdirSync(join(HOME, 'components'))
const load = createRequire(import.meta.url)

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  data?: Record<string, string>
  spec: never
}
interface Container {
  name: string
  command: string[]
  image: string
  env?: { name: string; value?: string }[]
  securityContext: unknown
  resources: { limits?: { memory?: string } }
}
interface Pod {
  automountServiceAccountToken: boolean
  securityContext: unknown
  containers: Container[]
}

const hasKubectl = () => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kubernetes-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** What `kubectl apply -k` would send, of an overlay with these components. */
function render(overlay: string, components: readonly string[]): Resource[] {
  const at = mkdtempSync(join(folder, 'overlay-'))
  const here = (path: string) => relative(at, join(HOME, path))
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [here(`overlays/${overlay}`)],
    components: components.map((name) => here(`components/${name}`)),
    // As a real overlay of somebody's would.
    namespace: 'flightroster',
  }
  // JSON is YAML.
  writeFileSync(join(at, 'kustomization.yaml'), JSON.stringify(kustomization))
  const text = execFileSync('kubectl', ['kustomize', at], { encoding: 'utf8' })
  return parseAllDocuments(text).map((document) => document.toJS() as Resource)
}

/** The published schema of its kind, from the package that brings it. */
function validate({ apiVersion, kind, ...rest }: Resource): void {
  const group = apiVersion.split('/')[0] ?? ''
  const home = group.endsWith('keda.sh')
    ? '@kubernetes-models/keda'
    : group.endsWith('coreos.com')
      ? '@kubernetes-models/prometheus-operator'
      : 'kubernetes-models'
  const path = apiVersion === 'v1' ? 'v1' : apiVersion.replace(/\.k8s\.io\//, '.k8s.io/')
  const models = load(`${home}/${path}`) as Record<string, new (json: object) => { validate(): void }>
  const Model = models[kind]
  if (!Model) throw new Error(`${home} has no ${apiVersion} ${kind}`)
  new Model(rest).validate()
}

const podOf = (resource: Resource) => (resource.spec as { template?: { spec: Pod } } | undefined)?.template?.spec

describe.skipIf(!hasKubectl())('what is deployed to Kubernetes (kubectl: apt-get install kubernetes-client)', () => {
  const cases = OVERLAYS.flatMap((overlay) => [
    { overlay, components: [] as string[] },
    { overlay, components: ['monitoring', 'keda'] },
    { overlay, components: ['monitoring', 'hpa'] },
  ])

  it('is tried with every component there is', () => {
    expect([...new Set(cases.flatMap(({ components }) => components))].toSorted()).toEqual(COMPONENTS.toSorted())
  })

  it.each(cases)('$overlay with $components fits the published schemas', ({ overlay, components }) => {
    const resources = render(overlay, components)
    expect(resources.length).toBeGreaterThan(8)
    for (const resource of resources) expect(() => validate(resource), resource.kind).not.toThrow()
    expect(new Set(resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size).toBe(resources.length)
  })

  it('is refused by the schemas where a field is wrong', () => {
    const [deployment] = render('managed-redis', []).filter(({ kind }) => kind === 'Deployment')
    const wrong = { ...deployment, spec: { ...(deployment?.spec as object), replicas: 'two' } } as unknown as Resource
    expect(() => validate(wrong)).toThrow()
  })

  it.each(OVERLAYS)('%s runs every pod without a privilege, and with a limit of memory', (overlay) => {
    const pods = render(overlay, []).flatMap((resource) => podOf(resource) ?? [])
    expect(pods.length).toBeGreaterThanOrEqual(2)
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      for (const { securityContext, resources, image } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(resources.limits?.memory).toMatch(/^\d+[GM]i$/)
        expect(image).toMatch(/:\d+\.\d+\.\d+/)
      }
    }
  })

  it.each(OVERLAYS)('%s sets nothing but what README.md lists', (overlay) => {
    const known = new Set(
      [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name),
    )
    const resources = render(overlay, [])
    const settings = resources.flatMap(({ kind, data }) => (kind === 'ConfigMap' ? Object.keys(data ?? {}) : []))
    const own = resources
      .flatMap((resource) => podOf(resource)?.containers ?? [])
      .filter(({ name }) => name !== 'redis')
      .flatMap(({ env = [] }) => env.map(({ name }) => name.replace(/_FILE$/, '')))
    expect(own.length).toBeGreaterThan(5)
    expect([...settings, ...own].filter((name) => !known.has(name))).toEqual([])
  })

  it('lets the autoscaler alone say how many workers there are', () => {
    for (const component of ['keda', 'hpa']) {
      const worker = render('managed-redis', [component]).find(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'flightroster-worker',
      )
      expect(worker?.spec).not.toHaveProperty('replicas')
    }
  })
})

describe('the alerts of the Prometheus operator', () => {
  it('are those of deploy/prometheus/alerts.yml', () => {
    const read = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8')) as { groups?: unknown; spec?: unknown }
    const { groups } = read('deploy/prometheus/alerts.yml')
    expect(read('deploy/kubernetes/components/monitoring/prometheus-rule.yaml').spec).toEqual({ groups })
  })
})

describe('the commands of the pods', () => {
  it('start what the image holds', () => {
    for (const file of ['api', 'worker']) {
      const text = readFileSync(join(HOME, `base/${file}.yaml`), 'utf8')
      const [, program = ''] = /command: \[node, (\S+)\]/.exec(text) ?? []
      expect(program).toBe(`apps/${file}/dist/main.js`)
      expect(existsSync(join(ROOT, program.replace('dist', 'src').replace('.js', '.ts')))).toBe(true)
    }
  })
})
