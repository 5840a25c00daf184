import { spawnTied, eventually, freePort } from '@flightroster/core/testing'
import { execFile, type ChildProcess } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { chmod, cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCli } from './support/cli.ts'
import { startStack, type Stack } from './support/stack.ts'
import { installTarball } from './support/tarball.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '..')

let stack: Stack
let env: Record<string, string>
let bin: string

beforeAll(async () => {
  stack = await startStack({ env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })
  createCli(stack.api)
  bin = await mkdtemp(join(tmpdir(), 'flightroster-bin-'))
  await link('flightroster', `exec "${process.execPath}" "${ROOT}/apps/cli/dist/bundle/flightroster.js" "$@"`)
  // `npx --yes flightroster …` takes the package from npm; here, ours.
  await link('npx', 'shift; exec "$@"')
  env = {
    PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
    FLIGHTROSTER_URL: stack.api.url,
    FLIGHTROSTER_TOKEN: stack.api.token,
  }
})
afterAll(() => stack[Symbol.asyncDispose]())

async function link(name: string, line: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${line}\n`)
  await chmod(join(bin, name), 0o755)
}

/** The example as somebody copies it, far from this repository. */
async function copyOf(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `flightroster-${name}-`))
  await cp(join(ROOT, 'examples', name), folder, { recursive: true })
  return folder
}

/** Their own ids and app in the place of the made-up ones. */
async function fillIn(path: string, bundleId: string) {
  const key = stack.emulator.addKey()
  const app = stack.emulator.addApp({ bundleId, name: bundleId, issuerId: key.issuerId })
  stack.emulator.addGroup(app.id, { name: 'Team', isInternalGroup: true })
  const text = await readFile(path, 'utf8')
  const filled = text.replace(/issuerId: \S+/, `issuerId: ${key.issuerId}`).replace(/keyId: \S+/, `keyId: ${key.keyId}`)
  await writeFile(path, filled.replaceAll('com.acme.app', bundleId))
  return { key, app }
}

async function edit(path: string, pairs: [string, string][]): Promise<void> {
  const text = await readFile(path, 'utf8')
  await writeFile(
    path,
    pairs.reduce((edited, [from, to]) => edited.replace(from, to), text),
  )
}

const shell = (command: string, cwd: string, more: Record<string, string> = {}) =>
  run('sh', ['-c', command], { cwd, env: { ...env, ...more } })

it('stripe-beta: who subscribes comes in, who cancels leaves', async () => {
  const folder = await copyOf('stripe-beta')
  const { key, app } = await fillIn(join(folder, 'files/beta.yaml'), 'com.acme.stripe')
  await edit(join(folder, 'files/beta.yaml'), [
    ['id: acme', 'id: stripe-acme'],
    ['teamKey: acme', 'teamKey: stripe-acme'],
  ])
  await writeFile(join(folder, 'files/AuthKey.p8'), key.privateKeyPem)
  const secret = { STRIPE_WEBHOOK_SECRET: 'whsec_of_stripe' }
  await shell('flightroster apply -f files/ --yes', folder, secret)
  const emails = () => stack.emulator.testers(app.id).map(({ email }) => email)
  // As Stripe does, what a busy store did not answer in time is sent again.
  const post = (name: string) => eventually(() => shell(`node post-payload.mjs payloads/${name}.json`, folder, secret))
  await post('1-subscription-active')
  await post('2-customer')
  await eventually(() => expect(emails()).toEqual(['ann@example.com']))
  const forged = shell('node post-payload.mjs payloads/3-subscription-deleted.json', folder, {
    STRIPE_WEBHOOK_SECRET: 'guess',
  })
  await expect(forged).rejects.toThrow()
  await post('3-subscription-deleted')
  await eventually(async () => {
    expect((await shell('flightroster members why beta cus_Ann', folder)).stdout).toContain(
      ': removed (should be absent)',
    )
  })
})

it('nightly-csv: a list comes in, nothing changes the second night, a broken export puts nobody out', async () => {
  const folder = await copyOf('nightly-csv')
  const nightly = (file: string) => shell(`./nightly.sh ${file} gold`, folder)
  await nightly('members.csv')
  expect(stack.emulator.groupMembers(stack.group).toSorted()).toEqual([
    'ann@example.com',
    'bo@example.com',
    'cy@example.com',
  ])
  expect((await nightly('members.csv')).stdout).toContain('Nothing to do.')
  const more = Array.from({ length: 27 }, (_, at) => `n-${at},gold,n${at}@example.com,N,N\n`)
  await writeFile(join(folder, 'many.csv'), (await readFile(join(folder, 'members.csv'), 'utf8')) + more.join(''))
  await nightly('many.csv')
  await expect(nightly('members.csv')).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/held/) as string,
  })
  await writeFile(join(folder, 'empty.csv'), '')
  await expect(nightly('empty.csv')).rejects.toMatchObject({ code: 1 })
  expect(stack.emulator.groupMembers(stack.group)).toHaveLength(30)
})

interface Workflow {
  jobs: { rosters: { env: Record<string, string>; steps: { name?: string; if?: string; run?: string }[] } }
}

it('github-actions: the steps plan and apply the files, and then there is nothing to do', async () => {
  const folder = await copyOf('github-actions')
  const { key } = await fillIn(join(folder, 'rosters/acme.yaml'), 'com.acme.actions')
  // Beside the other examples on one server: ids of its own.
  await edit(join(folder, 'rosters/acme.yaml'), [['id: acme', 'id: git']])
  await edit(join(folder, 'rosters/gold.yaml'), [
    ['id: gold', 'id: git-gold'],
    ['teamKey: acme', 'teamKey: git'],
    ['com.acme.app', 'com.acme.actions'],
  ])
  const workflow = parse(await readFile(join(folder, '.github/workflows/testflight.yml'), 'utf8')) as Workflow
  const { steps, env: wanted } = workflow.jobs.rosters
  expect(Object.keys(wanted)).toEqual(['FLIGHTROSTER_URL', 'FLIGHTROSTER_TOKEN', 'APP_STORE_CONNECT_KEY'])
  const commands = steps.flatMap((step) => step.run ?? [])
  expect(commands).toHaveLength(2)
  for (const command of commands) await shell(command, folder, { APP_STORE_CONNECT_KEY: key.privateKeyPem })
  expect((await stack.api.get('/v1/rosters/git-gold')).status).toBe(200)
  expect((await shell('flightroster plan -f rosters/', folder)).stdout).toContain('0 to make, 0 to change')
})

/** Starts a receiver, makes its webhook, and waits for the facts about one member. */
async function testReceiver(name: string, command: string[]): Promise<void> {
  const port = await freePort()
  const { secret } = await stack.api.must<{ secret: string }>(
    'PUT',
    `/v1/webhooks/${name}`,
    { url: `http://127.0.0.1:${port}/`, types: ['member.*'] },
    201,
  )
  const [program = '', ...args] = command
  const child: ChildProcess = spawnTied(program, args, {
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), FLIGHTROSTER_SECRET: secret },
    output: 'pipe',
  })
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => void (printed += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => void (printed += chunk.toString()))
  try {
    await eventually(() => expect(printed).toContain('listening'))
    const member = { id: name, email: `${name}@example.com` }
    await stack.api.must('POST', '/v1/events', { type: 'member.joined', data: { roster: 'gold', member } }, 202)
    await eventually(() => expect(printed).toContain(`member.invited gold ${name}`))
    const body = JSON.stringify({
      type: 'member.invited',
      data: { roster: 'gold', sequence: 99, member: { id: 'forged' } },
    })
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const wrong = createHmac('sha256', 'guess').update(`msg_1.${timestamp}.${body}`).digest('base64')
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${wrong}` }
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })
    expect(answer.status).toBe(401)
    expect(printed).not.toContain('forged')
  } finally {
    child.kill('SIGKILL')
  }
}

it('receiver-typescript: takes what is signed, with the client as npm installs it', async () => {
  await using project = await installTarball('packages/client')
  await cp(join(ROOT, 'examples/receiver-typescript/receiver.ts'), join(project.folder, 'receiver.ts'))
  await symlink(join(ROOT, 'node_modules/@types'), join(project.folder, 'node_modules/@types'))
  const strict = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', 'receiver.ts']
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...strict], { cwd: project.folder })
  await testReceiver('typescript', [process.execPath, join(project.folder, 'receiver.js')])
})

it('receiver-python: takes what is signed, with the standard library alone', async () => {
  await testReceiver('python', ['python3', join(ROOT, 'examples/receiver-python/receiver.py')])
})
