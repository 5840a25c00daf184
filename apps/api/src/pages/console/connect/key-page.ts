import type { DashboardUser, TeamKey } from '@flightroster/core/domain'
import type { Finding } from '@flightroster/core/usecases/team-keys'
import { findingsList } from '../../findings.ts'
import { html, path, type Html } from '../../html.ts'
import { layout, notice } from '../../layout.ts'
import { onceField } from '../../making.ts'
import type { Fault } from './read-key.ts'
import { steps } from './steps.ts'

export interface KeyPage {
  user: DashboardUser
  /** Those there are already. */
  teamKeys: readonly Pick<TeamKey, 'id' | 'keyId'>[]
  values: { name: string; issuerId: string; keyId: string }
  faults: readonly Fault[]
  findings: readonly Finding[]
  /** What Apple's refusal most likely means. */
  hint?: Html | undefined
}

export function keyPage({ user, teamKeys, values, faults, findings, hint }: KeyPage): string {
  const body = html`<h1>Connect an app</h1>
    ${steps('Team key')}
    ${
      faults.length + findings.length > 0
        ? notice(
            'problem',
            'The key was not saved.',
            html`<p>Nothing was kept; correct what is marked, and enter the private key again.</p>
              ${hint}`,
          )
        : null
    }
    ${findings.length > 0 ? findingsList(findings) : null} ${teamKeys.length > 0 ? known(teamKeys) : null}
    <h2>${teamKeys.length > 0 ? 'Or add another team key' : 'Make a team key in App Store Connect'}</h2>
    <ol>
      <li>
        Open <strong>Users and Access → Integrations → App Store Connect API → Team Keys</strong> (not “Individual
        Keys”) and press <strong>+</strong>.
      </li>
      <li>Give it a name and the role <strong>App Manager</strong>.</li>
      <li><strong>Download</strong> its file at once: App Store Connect offers it only once.</li>
      <li>Copy the <strong>Issuer ID</strong> above the list and the <strong>Key ID</strong> of the row to here.</li>
    </ol>
    <form method="post" action="/console/connect" enctype="multipart/form-data" class="stack">
      ${onceField()}
      ${field('name', 'A name for this key', 'Your team, such as acme. It shows in links and cannot be changed.', values.name, faults)}
      ${field('issuerId', 'Issuer ID', 'The long one, above the list.', values.issuerId, faults)}
      ${field('keyId', 'Key ID', 'Ten letters and digits, in the row of the key.', values.keyId, faults)}
      <fieldset>
        <legend>Private key</legend>
        ${fault('privateKey', faults)}
        <div class="field">
          <label for="file">The file AuthKey_….p8</label
          ><input id="file" type="file" name="file" accept=".p8" ${invalid('privateKey', faults)} />
        </div>
        <div class="field">
          <label for="privateKey">or its text</label
          ><textarea
            id="privateKey"
            name="privateKey"
            rows="6"
            spellcheck="false"
            autocomplete="off"
            placeholder="-----BEGIN PRIVATE KEY-----"
            ${invalid('privateKey', faults)}
          ></textarea>
          <small>It is stored encrypted, and never shown again.</small>
        </div>
      </fieldset>
      <button type="submit" class="primary">Check and continue</button>
    </form>`
  return layout({ title: 'Connect an app', section: 'connect', user, body })
}

function known(teamKeys: KeyPage['teamKeys']): Html {
  return html`<h2>Use a team key that is already connected</h2>
    <form method="get" action="/console/connect/known" class="row">
      <label for="teamKey">Team key</label
      ><select id="teamKey" name="teamKey">
        ${teamKeys.map(({ id, keyId }) => html`<option value="${id}">${id} (${keyId})</option>`)}
      </select>
      <button type="submit">Go on</button>
    </form>`
}

function field(
  name: 'name' | 'issuerId' | 'keyId',
  label: string,
  help: string,
  value: string,
  faults: readonly Fault[],
): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label><small id="${name}-help">${help}</small>${fault(name, faults)}
    <input
      id="${name}"
      name="${name}"
      value="${value}"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      ${invalid(name, faults)}
    />
  </div>`
}

function fault(name: Fault['field'], faults: readonly Fault[]): Html {
  const mine = faults.filter(({ field }) => field === name)
  return html`${mine.map(({ problem, fix }) => html`<p id="${name}-fault"><span class="fault">${problem}</span> <span class="fix">${fix}</span></p>`)}`
}

function invalid(name: Fault['field'], faults: readonly Fault[]): Html | null {
  const help = name === 'privateKey' ? '' : `${name}-help`
  if (!faults.some(({ field }) => field === name)) return help ? html` aria-describedby="${help}"` : null
  return html` aria-invalid="true" aria-describedby="${`${name}-fault ${help}`.trim()}"`
}

export function alreadyConnected(id: string): Html {
  return html`<p>
    This key is already connected, as “${id}”. <a href="${path`/console/connect/${id}/app`}">Use this key</a>
  </p>`
}
