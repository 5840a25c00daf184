import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Api } from './support/api.ts'
import { createCli } from './support/cli.ts'
import { startStack } from './support/stack.ts'

const ROSTERS = 200

interface PlanJson {
  changes: { kind: string; id: string; action: string; fields: { field: string; from: unknown; to: unknown }[] }[]
  unchanged: number
  unlisted: { kind: string; id: string }[]
}

/** How many requests the API has answered. */
async function requestsOf({ url, token }: Api): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  const counts = (await answer.text()).matchAll(/^flightroster_http_request_duration_seconds_count\{.*\} (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

it('makes two hundred rosters from files, goes on after a kill, and then has nothing to do', async () => {
  await using stack = await startStack({ isEmpty: true, workers: 0, env: { API_QUOTA_PERCENT: '50' } })
  const cli = createCli(stack.api)
  const folder = await mkdtemp(join(tmpdir(), 'flightroster-apply-'))
  const { issuerId, keyId, privateKeyPem } = stack.emulator.addKey()
  const app = stack.emulator.addApp({ bundleId: 'com.acme.many', name: 'Many', issuerId })
  stack.emulator.addGroup(app.id, { name: 'Team', isInternalGroup: true })
  const rosters = Array.from({ length: ROSTERS }, (_, at) => {
    stack.emulator.addGroup(app.id, { name: `Group ${at}` })
    return `kind: roster\nid: r-${at}\nteamKey: main\napp: { bundleId: com.acme.many }\ngroup: { name: Group ${at} }\n`
  })
  await writeFile(join(folder, 'main.p8'), privateKeyPem)
  await writeFile(
    join(folder, 'base.yaml'),
    `# Ours.
kind: teamKey
id: main
issuerId: ${issuerId}
keyId: ${keyId}
privateKey: { file: main.p8 }
---
kind: webhook
id: crm
url: https://crm.example.com/hook # theirs
types: ["member.*", roster.held]
rosters: [r-0, r-1]
---
kind: source
id: shop
sourceKind: stripe
secret: { env: SHOP_SECRET }
rosters: { price_1Abc: r-0, "*": r-1 }
`,
  )
  await writeFile(join(folder, 'rosters.yaml'), rosters.join('---\n'))
  const env = { SHOP_SECRET: 'whsec_shop' }
  const args = ['-f', folder]

  const first = await cli.run(['plan', ...args], { env })
  expect(first).toMatchObject({ code: 3, stderr: '' })
  expect(first.stdout).toContain('203 to make, 0 to change, 0 to delete, 0 as they should be.')
  expect(first.stdout).not.toContain('BEGIN PRIVATE KEY')
  expect((await cli.run(['apply', ...args], { env })).code).toBe(2)

  const killed = await cli.run(['apply', ...args, '--yes'], {
    env,
    onPrint: (printed, kill) => printed.includes('✓ roster r-30') && kill('SIGKILL'),
  })
  expect(killed.code).toBeNull()
  const rest = await cli.json<PlanJson>(['plan', ...args], { env })
  expect(rest.unchanged).toBeGreaterThan(30)
  expect(rest.unchanged).toBeLessThan(203)

  const secrets = join(folder, '.secrets')
  const applied = await cli.run(['apply', ...args, '--yes', '--secrets-to', secrets], { env })
  expect(applied).toMatchObject({ code: 0, stderr: '' })
  expect(applied.stdout).not.toContain('whsec_')
  expect(await readFile(join(secrets, 'crm.webhook-secret'), 'utf8')).toMatch(/^whsec_\S+\n$/)
  expect((await stat(join(secrets, 'crm.webhook-secret'))).mode & 0o077).toBe(0)

  const before = await requestsOf(stack.api)
  const nothing = await cli.run(['plan', ...args, '--prune'])
  // Whole lists are read, not one thing after the other.
  expect((await requestsOf(stack.api)) - before).toBeLessThan(15)
  expect(nothing).toMatchObject({ code: 0, stderr: '' })
  expect(nothing.stdout).toBe('0 to make, 0 to change, 0 to delete, 203 as they should be.\n')
  expect((await cli.run(['apply', ...args, '--yes'])).stdout).toBe(nothing.stdout)

  const exported = join(folder, 'exported')
  expect((await cli.run(['export', exported])).code).toBe(0)
  expect((await cli.run(['plan', '-f', exported, '--prune'])).code).toBe(0)

  await stack.api.must(
    'PUT',
    '/v1/rosters/r-7',
    { teamKey: 'main', app: { bundleId: 'com.acme.many' }, group: { name: 'Group 7' }, reconcileEveryMinutes: 5 },
    200,
  )
  await stack.api.must('PUT', '/v1/webhooks/stray', { url: 'https://stray.example.com/', types: ['*'] }, 201)
  const drifted = await cli.json<PlanJson>(['plan', '-f', exported])
  expect(drifted.changes).toEqual([
    { kind: 'roster', id: 'r-7', action: 'update', fields: [{ field: 'reconcileEveryMinutes', from: 5, to: 60 }] },
  ])
  expect(drifted.unlisted).toEqual([{ kind: 'webhook', id: 'stray' }])
  expect((await cli.run(['apply', '-f', exported, '--prune', '--yes'])).code).toBe(0)
  expect((await stack.api.get('/v1/webhooks/stray')).status).toBe(404)
  expect((await cli.run(['plan', '-f', exported, '--prune'])).code).toBe(0)
})

it('names line and column of a fault, and goes on past a refusal of the server', async () => {
  await using stack = await startStack({ workers: 0 })
  const cli = createCli(stack.api)
  const folder = await mkdtemp(join(tmpdir(), 'flightroster-faults-'))
  const path = join(folder, 'all.yaml')
  await writeFile(path, 'kind: webhook\nid: crm\nurl: https://crm.example.com/\ntype: ["*"]\n')
  const fault = await cli.run(['plan', '-f', path])
  expect(fault.code).toBe(1)
  expect(fault.stderr).toContain(`${path}:4:1: There is no field "type" here; is it "types"?`)

  const hook = (id: string, url: string) => `kind: webhook\nid: ${id}\nurl: ${url}\ntypes: ["*"]\n`
  await writeFile(path, [hook('bad', 'http://127.0.0.1/'), hook('good', 'https://crm.example.com/')].join('---\n'))
  const applied = await cli.run(['apply', '-f', path, '--yes', '--prune', '--secrets-to', folder])
  expect(applied.code).toBe(1)
  expect(applied.stderr).toMatch(/✗ webhook bad: .* \(url_not_allowed\)/)
  expect(applied.stdout).toContain('✓ webhook good')
  // A deletion after a failure would be on a plan that did not come true.
  expect((await stack.api.get('/v1/rosters/gold')).status).toBe(200)
})
