import { expect, it } from 'vitest'
import { operatorEnv, readPages } from './support/seen.ts'
import { startStack } from './support/stack.ts'

it('what Bull Board has nothing for is 404 in the product as it is built, where Bull Board is a file of its own', async () => {
  await using stack = await startStack({ env: operatorEnv() })
  const page = await readPages(stack)
  await page('/dashboard/api/queues')
  for (const path of ['queues/', 'queues/nothing', 'queues/lane-acme/clean/completed', 'queues/__proto__'])
    await expect(page(`/dashboard/api/${path}`)).rejects.toThrow('answered 404')
  await expect(page('/dashboard/static/..%2f..%2fpackage.json')).rejects.toThrow('answered 404')
})
