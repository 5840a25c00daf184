import type { DashboardUser } from '@flightroster/core/domain'
import type { GroupChoice } from '@flightroster/core/usecases/team-keys'
import { html, path, type Html } from '../../html.ts'
import { layout } from '../../layout.ts'
import { count } from '../../words.ts'
import { steps } from './steps.ts'

export interface GroupPage {
  user: DashboardUser
  teamKey: string
  app: { id: string; name: string }
  groups: readonly GroupChoice[]
  problem?: Html | undefined
}

export function groupPage({ user, teamKey, app, groups, problem }: GroupPage): string {
  const hasInternal = groups.some(({ isInternal }) => isInternal)
  const free = groups.filter((group) => whyNot(group) === undefined)
  const others = groups.filter((group) => whyNot(group) !== undefined)
  const body = html`<h1>Connect an app</h1>
    ${steps('Group')}${problem}
    <h2>Which testing group of ${app.name}?</h2>
    <p>It should be used for nothing else: whoever is on the roster goes in, whoever leaves it goes out.</p>
    <form method="get" action="${path`/console/connect/${teamKey}/rules`}" class="stack">
      <input type="hidden" name="app" value="${app.id}" />
      <ul class="choices">
        ${[...free, ...others].map(row)}
        <li>
          <label
            ><input type="radio" name="group" value="new" required${free.length === 0 ? html` checked` : null} /><span
              ><strong>A new external group</strong
              >${hasInternal ? null : html` <span class="fault">The app has no internal group yet, and Apple wants one first:</span> make it in TestFlight → Internal Testing → +.`}</span
            ></label
          >
          <div class="field narrow">
            <label for="name">Its name</label
            ><input id="name" name="name" maxlength="255" autocomplete="off" placeholder="Beta" />
          </div>
        </li>
      </ul>
      <button type="submit" class="primary">Go on</button>
    </form>`
  return layout({ title: 'Connect an app: group', section: 'connect', user, body })
}

export function whyNot({ isInternal, roster }: Pick<GroupChoice, 'isInternal' | 'roster'>): string | undefined {
  if (isInternal) return 'an internal group, which only people of your team can join. Choose or make an external one.'
  if (roster !== null)
    return `taken: the roster “${roster}” uses it, and a group serves one roster at a time. Choose another group, or use that roster.`
  return undefined
}

function row(group: GroupChoice): Html {
  const why = whyNot(group)
  const { id, name, testers, builds } = group
  return html`<li>
    <label
      ><input type="radio" name="group" value="${id}" required${why ? html` disabled` : null} />
      <span
        ><strong>${name}</strong>
        <span class="quiet"
          >${testers === null ? '' : `${count(testers, 'tester')}, `}${count(builds.length, 'build')}</span
        >
        ${why ? html`<br />Not possible, it is ${why}` : null}${!why && builds.length === 0 ? html`<br />It has no build yet: Apple invites nobody until it has one.` : null}</span
      ></label
    >
  </li>`
}
