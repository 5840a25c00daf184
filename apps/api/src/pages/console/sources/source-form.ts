import { SOURCE_KINDS, type Source, type SourceKindName } from '@flightroster/core/domain'
import { SOURCE_READERS } from '@flightroster/core/sources'
import type { z } from 'zod'
import { editionField } from '../../edition.ts'
import { onceField } from '../../making.ts'
import type { Form } from '../../forms.ts'
import { html, path, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'

/** As typed; the secret is never sent back. */
export interface SourceDraft {
  id: string
  kind: SourceKindName
  /** A line a plan: `price_1Abc = gold`. */
  rosters: string
  header: string
  algorithm: string
  encoding: string
  prefix: string
  map: string
}

export const NEW_SOURCE: SourceDraft = {
  id: '',
  kind: 'stripe',
  rosters: '',
  header: 'X-Signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  map: '',
}

export const titleOf = (kind: SourceKindName) => (kind === 'generic' ? 'any signed sender' : SOURCE_READERS[kind].title)

export function draftOf({ id, kind, rosters, signature, map }: Source): SourceDraft {
  const lines = Object.entries(rosters).map(([plan, roster]) => `${plan} = ${roster}`)
  return { ...NEW_SOURCE, id, kind, rosters: lines.join('\n'), ...signature, map: map ?? '' }
}

/** The secret as it lies sealed: whoever replaces it meets whoever did so before. */
export const seenOf = ({ rosters, signature, map, sealedSecret }: Source) => [rosters, signature, map, sealedSecret]

export const SOURCE_LABELS = {
  rosters: 'where its plans lead',
  header: 'the header of the signature',
  algorithm: 'how the signature is made',
  encoding: 'how the signature is written',
  prefix: 'what stands before the signature',
  map: 'the expression',
}

export function readSourceDraft(form: Form, known: Pick<SourceDraft, 'id' | 'kind'>): SourceDraft {
  const { header, algorithm, encoding } = NEW_SOURCE
  return {
    ...known,
    rosters: form.text('rosters'),
    header: form.text('header') || header,
    algorithm: form.text('algorithm') || algorithm,
    encoding: form.text('encoding') || encoding,
    prefix: form.text('prefix'),
    map: form.text('map'),
  }
}

export const kindIn = (form: Form): SourceKindName =>
  SOURCE_KINDS.find((kind) => kind === form.text('kind')) ?? 'stripe'

/** As a PUT's body, to be judged by its schema; a sentence where a line of the rosters is none. */
export function bodyOf(
  { kind, rosters, header, algorithm, encoding, prefix, map }: SourceDraft,
  secret: string,
): object | string {
  const entries: [string, string][] = []
  for (const text of rosters.split('\n')) {
    const line = text.trim()
    if (line === '') continue
    // A name of a plan may hold "=", an id of a roster may not.
    const at = Math.max(line.lastIndexOf('='), line.lastIndexOf('→'))
    const [plan, roster] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()]
    if (!plan || !roster) return `“${line}” is no “plan = roster”.`
    entries.push([plan, roster])
  }
  const common = { kind, ...(secret === '' ? {} : { secret }), rosters: Object.fromEntries(entries) }
  return kind === 'generic' ? { ...common, signature: { header, algorithm, encoding, prefix }, map } : common
}

const FIELD_WORDS: Readonly<Record<string, string | undefined>> = {
  secret: 'The secret is too long.',
  rosters: 'Name rosters by their ids, one plan a line, as in “price_1Abc = gold”.',
  signature: 'Say how the sender signs: the header, and how the signature is written.',
  map: 'Enter the expression that turns a payload into events.',
}

export function draftFault({ issues }: z.ZodError): Html {
  const fields = [...new Set(issues.map((issue) => String(issue.path[0] ?? '')))]
  return notice(
    'problem',
    'Nothing was saved.',
    html`${fields.map((field) => html`<p>${FIELD_WORDS[field] ?? `Correct “${field}”.`}</p>`)}`,
  )
}

/** `known`: the one that is changed. */
export function sourceForm(draft: SourceDraft, known: Source | null): Html {
  const isNew = known === null
  return html`<form
    method="post"
    action="${isNew ? '/console/sources' : path`/console/sources/${draft.id}`}"
    class="stack"
  >
    ${known ? editionField(seenOf(known)) : onceField()}
    ${
      isNew
        ? html`<label>Id <input name="id" value="${draft.id}" required maxlength="64" autocomplete="off" /></label
            ><label
              >Sender
              <select name="kind">
                ${SOURCE_KINDS.map((kind) => html`<option value="${kind}" ${kind === draft.kind ? html` selected` : null}>${titleOf(kind)}</option>`)}
              </select></label
            >`
        : null
    }
    <label
      >Its signing secret
      <small
        >${isNew ? 'It shows one for each webhook. If it shows it only once it has the address, enter anything now and the right one later.' : 'Empty: the present one stays. If you enter a new one, the present one stays valid for a day.'}</small
      ><input type="password" name="secret" maxlength="1000" autocomplete="off" ${isNew ? html` required` : null}
    /></label>
    <label
      >Its plans, and where they lead
      <small>One plan a line: <code>price_1Abc = gold</code>. <code>* = bronze</code>: every other paid plan.</small
      ><textarea name="rosters" rows="4" spellcheck="false">${draft.rosters}</textarea>
    </label>
    ${
      isNew
        ? html`<details>
            <summary>Only for any signed sender</summary>
            ${genericFields(draft)}
          </details>`
        : draft.kind === 'generic'
          ? genericFields(draft)
          : null
    }
    <button type="submit" class="primary">${isNew ? 'Make it' : 'Save'}</button>
  </form>`
}

function genericFields({ header, algorithm, encoding, prefix, map }: SourceDraft): Html {
  const choice = (name: string, values: readonly string[], now: string) =>
    html`<select name="${name}">
      ${values.map((value) => html`<option ${value === now ? html` selected` : null}>${value}</option>`)}
    </select>`
  return html`<div class="stack">
    <label>Header of the signature <input name="header" value="${header}" autocomplete="off" /></label>
    <label>Made with ${choice('algorithm', ['sha256', 'sha1', 'md5'], algorithm)}</label>
    <label>Written in ${choice('encoding', ['hex', 'base64'], encoding)}</label>
    <label
      >Before the signature <small>Such as <code>sha256=</code>; usually empty.</small
      ><input name="prefix" value="${prefix}" autocomplete="off"
    /></label>
    <label
      >Expression <small>JSONata, from the payload to one event or several, as in POST /v1/events.</small
      ><textarea name="map" rows="6" spellcheck="false">${map}</textarea>
    </label>
  </div>`
}
