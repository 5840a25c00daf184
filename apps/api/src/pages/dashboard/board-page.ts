import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { escapeHtml } from '../html.ts'
import type { Board } from './board.ts'

/** Bull Board's page from its own template, without the fonts that it would fetch from elsewhere. */
export function createBoardPage(board: Board): (basePath: string) => string {
  const template = readFileSync(join(board.viewsPath, 'index.ejs'), 'utf8').replace(
    /<link [^>]*href="https?:\/\/[^>]*>/g,
    '',
  )
  return (basePath) => {
    const { params } = board.entry.handler({ basePath, uiConfig: board.uiConfig })
    const values = params as Record<string, string | undefined>
    return template.replace(/<%([=-]) *(\w+) *%>/g, (_tag, kind: string, name: string) =>
      kind === '-' ? (values[name] ?? '') : escapeHtml(values[name] ?? ''),
    )
  }
}
