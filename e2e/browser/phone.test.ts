import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConsole, type RunningConsole } from './support/console.ts'
import { addMoreRosters, addSampleData, addSampleHistory } from './support/sample-data.ts'

let running: RunningConsole

beforeAll(async () => {
  running = await startConsole()
  await addSampleData(running.stack)
  await addSampleHistory(running.stack)
  await addMoreRosters(running.stack)
})
afterAll(() => running[Symbol.asyncDispose]())

const PHONE = { width: 390, height: 844 }

/** Texts of a page of which a part can't be read: beyond the screen, or cut off by what they are in. */
const CUT = `[...(function* () {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement
    if (!node.data.trim() || parent.closest('script, style, option, noscript, details:not([open]) > :not(summary)')) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const { left, right, top, bottom, width, height } = range.getBoundingClientRect()
    if (width <= 1 || height <= 1 || right < 0 || bottom < 0) continue
    const hiders = []
    for (let one = parent; one; one = one.parentElement) hiders.push(getComputedStyle(one).clipPath)
    if (hiders.some((path) => path !== 'none')) continue
    if (left < -1 || right > innerWidth + 1) yield 'beyond: ' + node.data.trim()
    for (let one = parent; one; one = one.parentElement) {
      const style = getComputedStyle(one)
      const box = one.getBoundingClientRect()
      if (style.overflowX === 'visible' || one === document.body || one === document.documentElement) continue
      if (left < box.left - 1 || right > box.right + 1) yield 'cut: ' + node.data.trim()
    }
  }
})()]`

/** Words of the plots that are too small to be read, or lie over one another. */
const ILLEGIBLE = `[...document.querySelectorAll('svg')].flatMap((svg) => {
  const words = [...svg.querySelectorAll('text')].map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
  const small = words.filter(({ box }) => box.height > 0 && box.height < 10).map(({ text, box }) => 'small: ' + text + ' ' + box.height)
  const over = words.flatMap((one, at) => words.slice(at + 1).filter(({ box }) =>
    box.left < one.box.right - 1 && one.box.left < box.right - 1 && box.top < one.box.bottom - 1 && one.box.top < box.bottom - 1,
  ).map(({ text }) => 'over: ' + one.text + ' / ' + text))
  return [...small, ...over]
})`

describe('on a telephone', () => {
  it.each([
    '/console',
    '/console/rosters/gold',
    '/console/rosters/gold/members',
    '/console/rosters/gold/members?status=failed',
    '/console/rosters/gold/member?id=u-902',
    '/console/rosters/silver/plans',
    '/console/rosters/gold/activity',
    '/lanes',
    '/console/webhooks',
    '/console/notices',
    '/console/rosters/gold/idle',
  ])('no text of %s is cut, and a plot can be read', async (path) => {
    const { page } = await running.openAs('ann', { viewport: PHONE })
    await page.goto(path)
    expect(await page.evaluate(CUT)).toEqual([])
    expect(await page.evaluate(ILLEGIBLE)).toEqual([])
  })

  it('the list of members shows of each who it is, the status and the reason, without scrolling sideways', async () => {
    const { page } = await running.openAs('ann', { viewport: PHONE })
    await page.goto('/console/rosters/gold/members?status=failed')
    const row = page.getByRole('row').filter({ hasText: 'u-902' })
    for (const said of ['u-902', 'failed', 'address']) {
      const box = await row.getByText(said).first().boundingBox()
      expect([said, (box?.x ?? -1) >= 0, (box?.x ?? 0) + (box?.width ?? 999) <= PHONE.width]).toEqual([
        said,
        true,
        true,
      ])
    }
    await page.goto('/console/rosters/gold')
    const plot = await page.locator('svg').first().boundingBox()
    expect(plot?.width).toBeGreaterThan(280)
  })
})
