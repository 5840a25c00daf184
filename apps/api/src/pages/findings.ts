import type { Finding } from '@flightroster/core/usecases/team-keys'
import { html, type Html } from './html.ts'

const CHECK_WORDS: Record<Finding['check'], string> = {
  key_signs: 'The private key signs',
  clock: "Our clock agrees with Apple's",
  key_accepted: 'Apple accepts the key',
  role: 'Its role suffices to manage testers',
  agreements: 'The agreements are in force',
  apps: 'It sees apps',
}

/** What was tried with a key, one line each, with what to do about each fault. */
export function findingsList(findings: readonly Finding[]): Html {
  return html`<ul class="findings">
    ${findings.map(
      ({ check, ok, detail, action }) =>
        html`<li class="${ok === null ? 'unknown' : ok ? 'good' : 'bad'}">
          <span class="sign" aria-hidden="true">${ok === null ? '–' : ok ? '✔' : '✖'}</span>
          <div>
            <strong>${CHECK_WORDS[check]}</strong>
            <span class="hidden">${ok === null ? 'not known' : ok ? 'yes' : 'no'}</span
            ><br />${detail}${action ? html`<br /><span class="fix">What to do: ${action}</span>` : null}
          </div>
        </li>`,
    )}
  </ul>`
}
