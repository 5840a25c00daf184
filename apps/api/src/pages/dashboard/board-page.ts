import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { escapeHtml } from '../html.ts'
import { OWN_ASSETS } from './board-assets.ts'
import type { Board } from './board.ts'

/** Bull Board's page from its own template, without the fonts that it would fetch from elsewhere, and with what we add. */
export function createBoardPage(board: Board): (basePath: string) => string {
  const [script, style] = OWN_ASSETS
  const template = readFileSync(join(board.viewsPath, 'index.ejs'), 'utf8')
    .replace(/<link [^>]*href="https?:\/\/[^>]*>/g, '')
    .replace(
      '</head>',
      `<link href="static/${style}" rel="stylesheet"><script defer src="static/${script}"></script></head>`,
    )
  return (basePath) => {
    const { params } = board.entry.handler({ basePath, uiConfig: board.uiConfig })
    const values = params as Record<string, string | undefined>
    return template.replace(/<%([=-]) *(\w+) *%>/g, (_tag, kind: string, name: string) =>
      kind === '-' ? (values[name] ?? '') : escapeHtml(values[name] ?? ''),
    )
  }
}
