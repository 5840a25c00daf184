import { isObject, read, toList } from './attributes.ts'
import { ScimFault } from './fault.ts'

/** One operation of a PATCH (RFC 7644, 3.5.2). */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace'
  path: string | undefined
  value: unknown
}

/** The refusal of an add or replace that says nothing. */
export const withoutValue = () => new ScimFault(400, 'An add or replace has a "value".', 'invalidValue')

const MOST_OPERATIONS = 20_000

/** The operations of a PATCH, whoever sent it: `Add` and `add` are one, and so are `Operations` and `operations`. */
export function readPatch(body: unknown): PatchOperation[] {
  if (!isObject(body)) throw new ScimFault(400, 'The body is not a PatchOp message.', 'invalidSyntax')
  const list = read(body, 'Operations')
  const operations = isObject(list) ? [list] : list
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new ScimFault(400, 'A PatchOp message has "Operations", one or more.', 'invalidSyntax')
  }
  if (operations.length > MOST_OPERATIONS) {
    throw new ScimFault(413, `At most ${MOST_OPERATIONS.toLocaleString('en-US')} operations in one request.`, 'tooMany')
  }
  return operations.map(readOperation)
}

/**
 * Those of a PATCH of a group. Drafts of SCIM knew no operations: who is sent is added, and who has the operation `delete` is taken out
 * (so read by OneLogin's own example of a server, github.com/onelogin/onelogin-scim-node).
 */
export function readGroupOperations(body: unknown): PatchOperation[] {
  const members = isObject(body) && read(body, 'Operations') === undefined ? read(body, 'members') : undefined
  if (members === undefined || members === null) return readPatch(body)
  const isGoing = (item: unknown) => isObject(item) && String(read(item, 'operation')).trim().toLowerCase() === 'delete'
  const list = toList(members)
  const name = isObject(body) ? read(body, 'displayName') : undefined
  return [
    { op: 'add', path: 'members', value: list.filter((item) => !isGoing(item)) },
    { op: 'remove', path: 'members', value: list.filter(isGoing) },
    ...(name === undefined ? [] : [{ op: 'replace', path: 'displayName', value: name } as const]),
  ]
}

function readOperation(operation: unknown, at: number): PatchOperation {
  if (!isObject(operation)) throw new ScimFault(400, `Operation ${at + 1} is not an object.`, 'invalidSyntax')
  const op = String(read(operation, 'op')).trim().toLowerCase()
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    throw new ScimFault(400, `Operation ${at + 1}: "op" is add, remove or replace.`, 'invalidSyntax')
  }
  const path = read(operation, 'path')
  if (path !== undefined && path !== null && typeof path !== 'string') {
    throw new ScimFault(400, `Operation ${at + 1}: "path" is a text.`, 'invalidPath')
  }
  const value = read(operation, 'value')
  const where = typeof path === 'string' && path.trim() !== '' ? path : undefined
  if (op === 'remove' && where === undefined) {
    throw new ScimFault(400, `Operation ${at + 1}: a remove needs a path.`, 'noTarget')
  }
  if (where === undefined && !isObject(value)) {
    throw new ScimFault(400, `Operation ${at + 1}: without a path the value is an object.`, 'invalidValue')
  }
  return { op, path: where, value }
}
