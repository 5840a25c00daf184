import type { NoticeMessage } from '../domain/notice.ts'

/** What Slack's incoming webhooks take. Its three special letters are escaped, so that nothing becomes a mention. */
export function toSlackBody({ title, lines, link }: NoticeMessage): string {
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const text = [`*${escape(title)}*`, ...lines.map(escape), ...(link === null ? [] : [`<${link}|Open the console>`])]
  return JSON.stringify({ text: text.join('\n') })
}

/** What incoming webhooks of Teams (Workflows) take: an adaptive card. */
export function toTeamsBody({ title, lines, link }: NoticeMessage): string {
  const block = (text: string, more = {}) => ({ type: 'TextBlock', text, wrap: true, ...more })
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [block(title, { weight: 'Bolder' }), ...lines.map((line) => block(line))],
    ...(link === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open the console', url: link }] }),
  }
  const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
  return JSON.stringify({ type: 'message', attachments: [card] })
}

/** The text of a notice by e-mail: title, lines and link, each part after an empty line. */
export function toMailText({ title, lines, link }: NoticeMessage): string {
  return [title, ...(lines.length === 0 ? [] : ['', ...lines]), ...(link === null ? [] : ['', link]), ''].join('\n')
}
