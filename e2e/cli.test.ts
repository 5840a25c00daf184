import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCli, type Cli } from './support/cli.ts'
import { startStack, type Stack } from './support/stack.ts'
import { installTarball } from './support/tarball.ts'

const run = promisify(execFile)

let stack: Stack
let cli: Cli
let folder: string

beforeAll(async () => {
  stack = await startStack()
  cli = createCli(stack.api)
  folder = await mkdtemp(join(tmpdir(), 'flightroster-cli-'))
})
afterAll(() => stack[Symbol.asyncDispose]())

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const people = (from: number, to: number) =>
  [
    'id,email,firstName',
    ...Array.from({ length: to - from }, (_, at) => `u-${from + at},u-${from + at}@example.com,Ann`),
  ].join('\n')

describe('flightroster', () => {
  it('needs nothing but Node when it is installed from its tarball', async () => {
    await using project = await installTarball('apps/cli')
    expect(project.files.sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist/bundle/THIRD-PARTY-LICENSES.txt',
      'dist/bundle/flightroster.js',
      'package.json',
      'src/files/flightroster.schema.json',
    ])
    const env = { PATH: process.env['PATH'], FLIGHTROSTER_URL: stack.api.url, FLIGHTROSTER_TOKEN: stack.api.token }
    const { stdout } = await run('npx', ['--offline', 'flightroster', 'lanes'], { cwd: project.folder, env })
    expect(stdout).toContain('acme')
    const installed = await run('npm', ['ls', '--all', '--parseable'], { cwd: project.folder })
    expect(installed.stdout.trim().split('\n')).toHaveLength(2)
  })

  it('imports a list: plan by name, yes, and on to the last tester; a second time there is nothing to do', async () => {
    const list = await file('people.csv', people(1, 4))
    const dry = await cli.run(['members', 'import', list, '--roster', 'gold', '--dry-run'])
    expect(dry).toMatchObject({ code: 3, stderr: '' })
    expect(dry.stdout).toBe('+ u-1\n+ u-2\n+ u-3\n3 to add, 0 to update, 0 to remove, 0 unchanged.\n')

    const asked = await cli.run(['members', 'import', list, '--roster', 'gold'])
    expect(asked.code).toBe(2)
    expect(asked.stderr).toContain('Add --yes')
    expect((await stack.api.get('/v1/rosters/gold/members/u-1')).status).toBe(404)

    const done = await cli.run(['members', 'import', list, '--roster', 'gold', '--yes'])
    expect(done.code).toBe(0)
    expect(stack.emulator.groupMembers(stack.group)).toHaveLength(3)
    const again = await cli.run(['members', 'import', list, '--roster', 'gold', '--yes'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toContain('Nothing to do.')
  })

  it('says why of one person, with what happened', async () => {
    const why = await cli.run(['members', 'why', 'gold', 'u-1'])
    expect(why.code).toBe(0)
    expect(why.stdout).toMatch(/^u-1, Ann, u-1@example.com: invited/)
    expect(why.stdout).toContain('POST')
    const { member } = await cli.json<{ member: { id: string } }>(['members', 'why', 'gold', 'u-1'])
    expect(member.id).toBe('u-1')
  })

  it('says an error in one sentence with the next step, and ends with 1', async () => {
    const missing = await cli.run(['members', 'why', 'gold', 'nobody'])
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toMatch(/^[^\n]+\(not_found, request [^\n]+\)\nNext: [^\n]+\n$/)
    const { error } = await cli.json<{ error: { code: string; status: number } }>(['members', 'why', 'gold', 'nobody'])
    expect(error).toMatchObject({ code: 'not_found', status: 404 })
    const token = await cli.run(['lanes', '--token', 'wrong'])
    expect(token.code).toBe(1)
    expect(token.stderr).toContain('Next: Check FLIGHTROSTER_TOKEN')
  })

  it('ends with 2 at wrong use', async () => {
    for (const args of [
      ['bogus'],
      ['members', 'import'],
      ['lanes', '--bogus'],
      ['lanes', '--url', 'beta'],
      ['completion', 'tcsh'],
    ]) {
      const ended = await cli.run(args)
      expect({ args, code: ended.code }).toEqual({ args, code: 2 })
      expect(ended.stderr).not.toBe('')
    }
    expect((await cli.run(['lanes'], { env: { FLIGHTROSTER_TOKEN: '' } })).code).toBe(2)
    expect((await cli.run(['members', 'import', '--help'])).code).toBe(0)
  })

  it('ends with 3 where removals are held, shows them, and carries them out once approved', async () => {
    await cli.run(['members', 'import', await file('many.csv', people(1, 31)), '--roster', 'gold', '--yes'])
    const few = await file('few.csv', people(1, 3))
    const held = await cli.run(['members', 'import', few, '--roster', 'gold', '--yes'])
    expect(held.code).toBe(3)
    expect(held.stderr).toContain('flightroster plans show gold ')
    const { items } = await cli.json<{ items: { id: string; status: string }[] }>(['plans', 'list', '--roster', 'gold'])
    const plan = items.find(({ status }) => status === 'held')?.id ?? ''
    const shown = await cli.run(['plans', 'show', 'gold', plan])
    expect(shown.stdout).toContain('- u-30\n')
    expect((await cli.run(['plans', 'reject', 'gold', plan, '--reason', 'a broken export'])).code).toBe(0)
    const again = await cli.json<{ reconciliation: string }>(['members', 'import', few, '--roster', 'gold', '--yes'])
    expect((await cli.run(['plans', 'approve', 'gold', again.reconciliation])).code).toBe(0)
    await eventually(() => expect(stack.emulator.groupMembers(stack.group)).toHaveLength(2))
  })

  it('stops at Ctrl-C, while the server goes on', async () => {
    await stack.api.must('POST', '/v1/team-keys/acme/pause', undefined, 200)
    const list = await file('paused.csv', people(1, 9))
    const ended = await cli.run(['members', 'import', list, '--roster', 'gold', '--yes'], {
      onNote: (printed, kill) => printed.includes(' of ') && kill('SIGINT'),
    })
    expect(ended.code).toBe(130)
    expect(ended.stderr).toContain('the same command continues from there')
    await stack.api.must('POST', '/v1/team-keys/acme/resume', undefined, 200)
    await eventually(() => expect(stack.emulator.groupMembers(stack.group)).toHaveLength(8))
  })

  it('sends events from a file, an array or lines, and names what was rejected', async () => {
    const event = (id: string) => ({ id: `e-${id}`, type: 'member.joined', data: { roster: 'gold', member: { id } } })
    const lines = ['w-1', 'w-2'].map((id) => JSON.stringify(event(id))).join('\n')
    expect((await cli.run(['events', 'send', '-'], { input: lines })).stdout).toContain('2 accepted')
    const array = await file('events.json', JSON.stringify([event('w-1'), event('w-3')]))
    expect((await cli.run(['events', 'send', array])).stdout).toContain('1 accepted, 1 known already')
    const bad = await cli.run(['events', 'send', '-'], {
      input: JSON.stringify({ ...event('w-4'), data: { roster: 'none', member: { id: 'x' } } }),
    })
    expect(bad.code).toBe(1)
    expect(bad.stderr).toContain('Event 1: ')
    const torn = await cli.run(['events', 'send', '-'], { input: `${lines}\n{"type":` })
    expect(torn).toMatchObject({ code: 1, stdout: '' })
    expect(torn.stderr).toContain('-:3: this is not JSON')
  })

  it('adds and checks keys; the private key comes from a file or a variable only', async () => {
    const key = stack.emulator.addKey()
    const path = await file(`AuthKey_${key.keyId}.p8`, key.privateKeyPem)
    const added = await cli.run(['keys', 'add', 'second', '--issuer-id', key.issuerId, '--key-file', path])
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const checked = await cli.run(['keys', 'check', 'second'])
    expect(checked.code).toBe(0)
    expect(checked.stdout).toContain('✓ key accepted')
    const words = ['keys', 'add', 'third', '--issuer-id', key.issuerId, '--key-id', key.keyId]
    expect((await cli.run(words)).code).toBe(2)
    const other = { KEY: key.privateKeyPem }
    expect((await cli.run([...words, '--key-env', 'KEY'], { env: other })).code).toBe(0)
  })

  it('is a doctor: what is well, what is wrong with what to do, and what could not be judged', async () => {
    const well = await cli.run(['doctor'])
    expect(well).toMatchObject({ code: 0, stderr: '' })
    for (const check of [
      'versions here',
      'server',
      'clock',
      'version of the API',
      'Redis',
      'token',
      'acme, agreements',
    ]) {
      expect(well.stdout).toContain(`✓ ${check}: `)
    }
    expect(well.stdout).toContain('· PUBLIC_URL: ')
    const nowhere = await cli.run(['doctor', '--no-keys', '--public-url', 'https://127.0.0.1:1'])
    expect(nowhere.code).toBe(1)
    expect(nowhere.stdout).toMatch(/✗ PUBLIC_URL: .*\n    Next: /)
    const down = await cli.json<{ findings: { check: string; ok: boolean }[] }>([
      'doctor',
      '--url',
      'http://127.0.0.1:1',
    ])
    expect(down.findings.find(({ check }) => check === 'server')).toMatchObject({ ok: false })
    const token = await cli.run(['doctor', '--token', 'wrong'])
    expect(token.code).toBe(1)
    expect(token.stdout).toContain('✗ token: ')
  })

  it('says that Redis may drop what was recorded', async () => {
    await using lossy = await startStack({ workers: 0 })
    const client = new Redis(lossy.redis.url)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    client.disconnect()
    await eventually(async () => {
      const ended = await createCli(lossy.api).run(['doctor', '--no-keys'])
      expect(ended.code).toBe(1)
      expect(ended.stdout).toMatch(/✗ Redis: .*noeviction/)
    })
  })

  it('writes colours only where they are asked for', async () => {
    const args = ['members', 'why', 'gold', 'u-1']
    expect((await cli.run(args)).stdout).not.toContain('\u001b')
    expect((await cli.run(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[')
    expect((await cli.run(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
    expect((await cli.run([...args, '--no-color'], { env: { FORCE_COLOR: '1' } })).stdout).not.toContain('\u001b')
  })

  it('completes commands and options in bash', async () => {
    const script = (await cli.run(['completion', 'bash'])).stdout
    const complete = async (...words: string[]) => {
      const line = `${script}\nCOMP_WORDS=(flightroster ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
        _flightroster; printf '%s\\n' "\${COMPREPLY[@]}"`
      return (await run('bash', ['-c', line])).stdout.trim().split('\n')
    }
    expect(await complete('mem')).toEqual(['members'])
    expect(await complete('members', '')).toEqual(expect.arrayContaining(['import', 'why']))
    expect(await complete('plans', 'list', '--ro')).toEqual(['--roster'])
    expect(await complete('--url', 'http://x', 'plans', 'app')).toEqual(['approve'])
    for (const shell of ['zsh', 'fish']) {
      const { code, stdout } = await cli.run(['completion', shell])
      expect({ code, known: stdout.includes('approve') && stdout.includes('dry-run') }).toEqual({
        code: 0,
        known: true,
      })
    }
  })
})
