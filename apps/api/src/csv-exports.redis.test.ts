import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pagesOf } from '../testing/pages-of.ts'
import { serveApi, type TestApi } from '../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../testing/visitor.ts'

const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'Ann;=1', '1|=1', '1,-1', `a"\n=1`, '＝1', "'=1", ' =1']

let api: TestApi
let ann: Visitor
const values: Record<string, string> = { rosterId: 'gold', memberId: 'u-0', teamKeyId: 'acme', teamKey: 'acme' }

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster()
  ann = await visit(api.app, 'ann')
  const members = FORMULAS.map((formula, at) => ({
    id: /[\t\n]/.test(formula) ? `${at}` : formula,
    email: `=${at}@example.com`,
    firstName: formula,
    lastName: formula,
  }))
  const put = (await api.call('PUT', '/v1/rosters/gold/members', { members })).json()
  expect(put.rejected).toEqual([])
  for (const name of FORMULAS) await api.call('POST', '/v1/tokens', { name, scopes: ['events:write'] })
  const ids = members.map(({ id }) => id)
  const reconciliations = api.store.lane('acme').reconciliations
  const plan = (await reconciliations.find(put.reconciliation))!
  await reconciliations.replace(plan, { ...plan, added: ids, updated: ids, removals: ids })
  values['planId'] = values['reconciliationId'] = plan.id
})
afterAll(() => api.close())

interface Document {
  paths: Record<string, { get?: { responses: Record<string, { content?: Record<string, unknown> }> } }>
}

/** Whatever answers as CSV: each page and each route of the document, asked for it. */
async function exports(): Promise<Map<string, string>> {
  const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as Document
  const routes = Object.keys(document.paths).filter((path) => document.paths[path]?.get)
  const pages = pagesOf(api.app).flatMap((page) => (page.startsWith('GET ') ? [page.slice(4)] : []))
  const found = new Map<string, string>()
  for (const path of [...routes, ...pages]) {
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none')
    const accept = { accept: 'text/csv' }
    const answer = path.startsWith('/v1/')
      ? await api.call('GET', url, undefined, accept)
      : await ann.send({ method: 'GET', url, headers: accept })
    if (String(answer.headers['content-type']).startsWith('text/csv')) found.set(path, answer.body)
  }
  const declared = routes.filter((path) => document.paths[path]?.get?.responses['200']?.content?.['text/csv'])
  expect([...found.keys()]).toEqual(expect.arrayContaining(declared))
  return found
}

it('begins no cell that a spreadsheet runs, in any file there is, with whatever separator it is read', async () => {
  const files = await exports()
  expect([...files.keys()].sort()).toEqual([
    '/console/rosters/{rosterId}/members.csv',
    '/console/rosters/{rosterId}/plans/{planId}/people.csv',
    '/v1/audit',
    '/v1/rosters/{rosterId}/members',
  ])
  for (const [path, file] of files) {
    // What would run is in it, made harmless.
    for (const formula of ["'=1+1", "'+1", "'@SUM(A1)", "'＝1", "''=1"])
      expect([path, file]).toContainEqual(expect.stringContaining(formula))
    for (const separator of [',', ';', '\t', '|']) {
      const cells = file.split(/\r?\n/).flatMap((line) => line.split(separator))
      const running = cells.filter((cell) => /^[\s"]*[=+\-@＝＋－＠]/.test(cell))
      expect([path, separator, running]).toEqual([path, separator, []])
    }
  }
})
