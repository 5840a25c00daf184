import { type DashboardUser, DEFAULT_POLICIES } from '@flightroster/core/domain'
import { html, path, type Html } from '../../html.ts'
import { layout } from '../../layout.ts'
import { steps } from './steps.ts'

export interface RulesPage {
  user: DashboardUser
  teamKey: string
  app: { id: string; name: string }
  group: { id: string; name: string } | { name: string; create: true }
  rosterId: string
  problem?: Html | undefined
}

export function rulesPage({ user, teamKey, app, group, rosterId, problem }: RulesPage): string {
  const chosen =
    'id' in group
      ? html`<input type="hidden" name="group" value="${group.id}" />`
      : html`<input type="hidden" name="group" value="new" />`
  const { percent, atLeast } = DEFAULT_POLICIES.removalGuard
  const body = html`<h1>Connect an app</h1>
    ${steps('Rules')}${problem}
    <p>${app.name}, ${'id' in group ? `the group “${group.name}”` : `a new group “${group.name}”`}</p>
    <form method="post" action="${path`/console/connect/${teamKey}/roster`}" class="stack">
      <input type="hidden" name="app" value="${app.id}" />${chosen}<input
        type="hidden"
        name="name"
        value="${group.name}"
      />
      <div class="field narrow">
        <label for="roster">Id of the roster</label
        ><small id="roster-help">Your system names it in events. A-Z a-z 0-9 . _ - and for life.</small>
        <input
          id="roster"
          name="roster"
          value="${rosterId}"
          required
          pattern="[A-Za-z0-9._\\-]{1,64}"
          aria-describedby="roster-help"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
        />
      </div>
      ${options(
        'builds',
        'When a new build is there',
        [
          ['manual', 'somebody adds it to the group in App Store Connect'],
          ['automatic', 'the group gets it by itself'],
        ],
        html`<label class="row"
          ><input type="checkbox" name="submitForReview" value="yes" />
          <span>and, by itself, the first build of a version is submitted for beta review</span></label
        >`,
      )}
      ${options('heldBuilds', 'When Apple has approved a build, and holds it until somebody presses “Notify Testers”', [
        ['report', 'only say so'],
        ['release', 'release it to the testers'],
      ])}
      ${options('removal', 'When somebody leaves the roster', [
        ['group', 'take them out of the group; builds they have may run until they expire'],
        ['app', 'take the app away from them altogether'],
      ])}
      ${options('unmanagedTesters', 'Testers in the group whom nobody put on the roster', [
        ['keep', 'stay, and are counted as unmanaged'],
        ['remove', 'are removed'],
      ])}
      ${options('removedByHand', 'When somebody of the roster is taken out in App Store Connect', [
        ['restore', 'put them back'],
        ['report', 'only report it'],
      ])}
      <fieldset>
        <legend>Ask me before many people leave</legend>
        <p>
          A list that would remove more than <label class="hidden" for="percent">Percent of the roster</label
          ><input id="percent" type="number" name="percent" min="0" max="100" value="${percent}" class="short" /> % of
          the roster and at least <label class="hidden" for="atLeast">People at least</label
          ><input id="atLeast" type="number" name="atLeast" min="0" max="100000" value="${atLeast}" class="short" />
          people is held until somebody approves it.
        </p>
      </fieldset>
      <button type="submit" class="primary">Connect</button>
    </form>`
  return layout({ title: 'Connect an app: rules', section: 'connect', user, body })
}

function options(
  name: 'builds' | 'heldBuilds' | 'removal' | 'unmanagedTesters' | 'removedByHand',
  legend: string,
  choices: [string, string][],
  more?: Html,
): Html {
  return html`<fieldset>
    <legend>${legend}</legend>
    ${choices.map(
      ([value, words]) =>
        html`<div>
          <label class="row"
            ><input
              type="radio"
              name="${name}"
              value="${value}"
              ${DEFAULT_POLICIES[name] === value ? html` checked` : null}
            />
            <span>${words}</span></label
          >
        </div>`,
    )}
    ${more}
  </fieldset>`
}
