import { createHmac, hash } from 'node:crypto'

/** Opaque and stable: stands for a member in jobs, queues and logs, since a member id may be an address. */
export type ToRef = (roster: string, member: string) => string

/**
 * Makes references to members (jobs and Redis keys carry them): an HMAC of roster and member with the store's salt, so that no id or
 * address is in them.
 */
export function createToRef(salt: Buffer): ToRef {
  return (roster, member) => {
    const digest = createHmac('sha256', salt).update(roster).update('\0').update(member).digest('base64url')
    return `m-${digest.slice(0, 22)}`
  }
}

const REF = /^m-[\w-]{22}$/

/** Whether it can be a reference to a member: what else stands in a path is no name of a key. */
export const isRef = (text: string): boolean => REF.test(text)

/**
 * Dedup mark of an event: the same source and id is the same event, on one roster. 64 bits as a whole number, which Redis keeps in 8
 * bytes: among ten million marks, one new event in some 10^12 is taken for one that was there.
 */
export function eventDigest(roster: string, source: string, id: string): string {
  return hash('sha256', `${roster}\0${source}\0${id}`, 'buffer').readBigInt64BE().toString()
}

/** The mark that release 0.1.0 left of it, whatever the roster: good until the marks of that time have ended. */
export function formerEventDigest(source: string, id: string): string {
  return hash('sha256', `${source}\0${id}`, 'base64url').slice(0, 22)
}
