import { hashPassword } from '@flightroster/core/testing'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { startStack, type Stack, type StackOptions } from '../../support/stack.ts'
import { logIn, openPage, startBrowser, type WatchedPage } from './browser.ts'

export const PASSWORD = 'correct horse battery staple'

/** The running product with `ann`, an operator, and `bob`, a viewer, and a browser to look at it with. */
export interface RunningConsole {
  stack: Stack
  browser: Browser
  open(options?: BrowserContextOptions): Promise<WatchedPage>
  openAs(name: 'ann' | 'bob', options?: BrowserContextOptions): Promise<WatchedPage>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startConsole(options: StackOptions = {}): Promise<RunningConsole> {
  const hash = hashPassword(PASSWORD)
  const env = { DASHBOARD_USERS: `ann:operator:${hash},bob:viewer:${hash}`, ...options.env }
  const [stack, browser] = await Promise.all([startStack({ ...options, env }), startBrowser()])
  const open = (context?: BrowserContextOptions) => openPage(browser, stack.api.url, context)
  return {
    stack,
    browser,
    open,
    async openAs(name, context) {
      const opened = await open(context)
      await logIn(opened.page, name, PASSWORD)
      return opened
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await stack[Symbol.asyncDispose]()
    },
  }
}
