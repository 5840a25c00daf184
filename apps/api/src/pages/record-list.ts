import type { DashboardUser } from '@flightroster/core/domain'
import { textsOf } from '../request-texts.ts'
import { cardTable } from './cell.ts'
import { html, type Content, type Html } from './html.ts'
import { layout, notice, type Page } from './layout.ts'

/** A page that lists records of one kind, with a button for a new one. */
export interface RecordList {
  user: DashboardUser
  /** `Webhooks` */
  title: string
  section: Page['section']
  lead: Content
  about?: Html | undefined
  head: readonly string[]
  /** Of each: the link to it, then a cell for each column. */
  rows: readonly (readonly Content[])[]
  /** Said where there is none. */
  empty: Content
  /** Undefined: whoever looks may make none. */
  form?: { label: string; content: Html; isOpen: boolean } | undefined
}

/** The page of what operators look after by its id: what there is, and a form for one more. */
export function recordListPage({ user, title, section, lead, about, head, rows, empty, form }: RecordList): string {
  const body = html`<h1>${title}</h1>
    <p class="lead">${lead}</p>
    ${about} ${rows.length === 0 ? html`<p class="empty">${empty}</p>` : cardTable({ title, head, rows })}
    ${
      form === undefined
        ? null
        : html`<details class="box" ${form.isOpen ? html` open` : null}>
            <summary>${form.label}</summary>
            ${form.content}
          </details>`
    }`
  return layout({ title, section, user, body, wide: true })
}

const IS_ID = /^[A-Za-z0-9._-]{1,64}$/

/** Why nothing can have this id. `CRM/1` is none that a path takes as it is. */
export function newIdFault(id: string): Html | undefined {
  if (IS_ID.test(id)) return undefined
  const rule = html`<p>An id has 1 to 64 letters, digits, dots, dashes or underscores.</p>`
  return notice('problem', 'Nothing was saved.', rule)
}

/** For who wants to make what is there already (AlreadyThere): perhaps since a moment ago, by somebody else. */
export function takenFault(noun: string, id: string, href: string): Html {
  const there = html`<p>Take another id, or <a href="${href}">look at that one</a> and change it there.</p>`
  return notice('problem', `There is a ${noun} “${id}” already, so nothing was saved.`, there)
}

/** What was done before the page that came of it was asked for, by its name in the query. */
export function doneNotice(words: Readonly<Record<string, string>>, query: unknown): Html | undefined {
  const { done } = textsOf(query)
  const said = done !== undefined && Object.hasOwn(words, done) ? words[done] : undefined
  return said === undefined ? undefined : notice('done', said)
}
