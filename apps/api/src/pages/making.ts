import { createHash, createHmac, randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import { readForm } from './forms.ts'
import { html, type Html } from './html.ts'

/**
 * What a form wants to make is there already: somebody was faster, or its button was pressed twice. Saving would put what one of two
 * people typed in the place of the other's without a word.
 */
export class AlreadyThere extends Error {
  override readonly name = 'AlreadyThere'
}

/** For the use cases that would otherwise change what is there (`AssertSeen`). */
export function assertNew(): never {
  throw new AlreadyThere()
}

/** Names one filling in of a form, so that a second press of its button is known for what it is. */
export function onceField(): Html {
  return html`<input type="hidden" name="once" value="${randomBytes(24).toString('base64url')}" />`
}

type OnceDeps = Pick<ApiDeps, 'store' | 'cursorKey'>
const REMEMBERED_MS = 86_400_000

/** Whether this very form was sent before. One that names no filling in, as a script sends it, never was. */
export async function wasSentBefore({ store }: OnceDeps, request: FastifyRequest): Promise<boolean> {
  const once = onceOf(request)
  if (once === undefined) return false
  const digest = createHash('sha256').update(`form\n${once}`).digest('base64url')
  return (await store.idempotencyKeys.claim(digest, digest, REMEMBERED_MS)) !== 'new'
}

/**
 * 32 bytes for a secret that is shown once. They follow from the filling in of the form and a key of ours, so that both answers to a
 * double click show the same secret: a browser shows the second alone. Nothing has to be kept for that.
 */
export function secretBytes({ cursorKey }: OnceDeps, request: FastifyRequest, what: string): Buffer {
  const once = onceOf(request)
  if (once === undefined) return randomBytes(32)
  return createHmac('sha256', cursorKey)
    .update(JSON.stringify(['made by a form', what, once]))
    .digest()
}

/** Whose form it is counts as well: what stands hidden in a page of one user is worth nothing to another. */
function onceOf(request: FastifyRequest): string | undefined {
  const once = readForm(request).text('once')
  return once.length < 16 ? undefined : JSON.stringify([request.user.name, once.slice(0, 64)])
}

/** What the first press of a button is making: a second press waits for it, and shows the same. Undefined where nothing came of it. */
export async function untilThere<T>(find: () => Promise<T | undefined>, forMs: number): Promise<T | undefined> {
  const until = performance.now() + forMs
  for (;;) {
    const found = await find()
    if (found !== undefined || performance.now() >= until) return found
    await setTimeout(100)
  }
}
