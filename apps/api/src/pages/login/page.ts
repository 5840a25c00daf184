import { html, type Html } from '../html.ts'
import { layout, notice } from '../layout.ts'

export function loginPage({ next, problem, name }: { next: string; problem?: Html; name?: string }): string {
  const body = html`<h1>Log in</h1>
    ${problem}
    <form method="post" action="/login" class="stack narrow">
      <input type="hidden" name="next" value="${next}" />
      <label
        >Name
        <input
          name="name"
          value="${name}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          autofocus
      /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <label class="check"
        ><input type="checkbox" name="elsewhere" value="end" /> End my sessions in other browsers</label
      >
      <button type="submit" class="primary">Log in</button>
    </form>`
  return layout({ title: 'Log in', body })
}

export function noUsersPage(): string {
  const body = html`<h1>No user yet</h1>
    ${notice('problem', 'These pages are closed until there is a user who may log in.')}
    <p>Make a password's hash, on the machine that runs Flightroster:</p>
    <pre><code>pnpm -s hash-password</code></pre>
    <p>It asks for a password and prints one line. Start the API again with that line behind a name and a role:</p>
    <pre><code>DASHBOARD_USERS=ann:operator:scrypt.…</code></pre>
    <p>Several users are separated by commas.</p>
    <dl>
      <dt>operator</dt>
      <dd>sees full addresses, connects apps, pauses, retries, approves</dd>
      <dt>viewer</dt>
      <dd>sees ids and masked addresses, and can change nothing</dd>
    </dl>`
  return layout({ title: 'No user yet', body })
}

export const wrongPassword = () =>
  notice(
    'problem',
    'The name or the password is wrong.',
    html`<p>After ten wrong passwords, the next ones take a few seconds each.</p>`,
  )

export const tooMany = (seconds: number) =>
  notice(
    'problem',
    `Too many attempts at once. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
    html`<p>This password was not checked.</p>`,
  )
