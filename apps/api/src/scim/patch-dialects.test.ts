import { describe, expect, it } from 'vitest'
import { ScimFault, type ScimType } from './fault.ts'
import { readGroupPatch } from './patch-group.ts'
import { readPatch } from './patch-request.ts'
import { patchResource } from './patch-user.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'

const WORK = { type: 'work', value: 'ann@example.com', primary: true }
const HOME = { type: 'home', value: 'ann@home.example' }
const ann = () => ({
  userName: 'ann',
  active: true,
  name: { givenName: 'Ann', familyName: 'Lee' },
  emails: [{ ...WORK }, { ...HOME }],
})

interface UserCase {
  says: string
  operations: object[]
  /** What of the user is another afterwards; undefined: the attribute is gone. */
  becomes?: Record<string, unknown>
  refused?: ScimType
}

interface GroupCase {
  says: string
  operations: object[]
  add?: string[]
  remove?: string[]
  isWhole?: boolean
  displayName?: string
  ignored?: number
}

const op = (name: string, path: string | undefined, value?: unknown) => ({
  op: name,
  ...(path === undefined ? {} : { path }),
  ...(value === undefined ? {} : { value }),
})

/** The ways in which PATCH is spoken, each named once. */
const DIALECTS: { dialect: string; users?: UserCase[]; groups?: GroupCase[] }[] = [
  {
    dialect: '1. "op" in any case',
    users: [
      { says: 'Replace', operations: [op('Replace', 'title', 'x')], becomes: { title: 'x' } },
      { says: 'ADD', operations: [op('ADD', 'title', 'x')], becomes: { title: 'x' } },
      { says: 'no such op', operations: [op('move', 'title', 'x')], refused: 'invalidSyntax' },
    ],
    groups: [{ says: 'Add', operations: [op('Add', 'members', [{ value: 'a' }])], add: ['a'] }],
  },
  {
    dialect: '2. no path: the value names the attributes',
    users: [
      {
        says: 'several at once',
        operations: [op('replace', undefined, { active: false, title: 'x' })],
        becomes: { active: false, title: 'x' },
      },
      {
        says: 'a path of null',
        operations: [{ op: 'replace', path: null, value: { title: 'x' } }],
        becomes: { title: 'x' },
      },
    ],
    groups: [
      {
        says: 'a name with the id beside it',
        operations: [op('replace', undefined, { id: 'g', displayName: 'Beta' })],
        displayName: 'Beta',
      },
      { says: 'members', operations: [op('add', undefined, { members: [{ value: 'a' }] })], add: ['a'] },
    ],
  },
  {
    dialect: '3. dotted keys in a value without a path',
    users: [
      {
        says: 'name.givenName, and a filter as a key',
        operations: [
          op('replace', undefined, { 'name.givenName': 'Anne', 'emails[type eq "work"].value': 'anne@example.com' }),
        ],
        becomes: {
          name: { givenName: 'Anne', familyName: 'Lee' },
          emails: [{ ...WORK, value: 'anne@example.com' }, HOME],
        },
      },
    ],
  },
  {
    dialect: '4. a remove with a list of values',
    users: [
      {
        says: 'only those go',
        operations: [op('remove', 'emails', [{ value: 'ann@home.example' }])],
        becomes: { emails: [WORK] },
      },
    ],
    groups: [
      { says: 'objects', operations: [op('Remove', 'members', [{ $ref: null, value: 'a' }])], remove: ['a'] },
      { says: 'plain ids', operations: [op('remove', 'members', ['a', 'b'])], remove: ['a', 'b'] },
      { says: 'an empty list takes nobody', operations: [op('remove', 'members', [])], remove: [] },
      { says: 'no value takes all', operations: [op('remove', 'members')], isWhole: true, add: [] },
    ],
  },
  {
    dialect: '5. members[value eq "…"]',
    groups: [
      { says: 'one', operations: [op('remove', 'members[value eq "a"]')], remove: ['a'] },
      { says: 'several', operations: [op('remove', 'members[value eq "a" or value eq "b"]')], remove: ['a', 'b'] },
      { says: 'by something else', operations: [op('remove', 'members[display eq "Ann"]')], ignored: 1 },
    ],
  },
  {
    dialect: '6. emails[type eq "work"].value',
    users: [
      {
        says: 'one that is there',
        operations: [op('replace', 'emails[type eq "work"].value', 'new@example.com')],
        becomes: { emails: [{ ...WORK, value: 'new@example.com' }, HOME] },
      },
      {
        says: 'add makes one that is not there',
        operations: [op('Add', 'phoneNumbers[type eq "work"].value', '+1')],
        becomes: { phoneNumbers: [{ type: 'work', value: '+1' }] },
      },
      {
        says: 'so does a replace by the kind, as Entra ID sends it',
        operations: [op('Replace', 'phoneNumbers[type eq "work"].value', '+1')],
        becomes: { phoneNumbers: [{ type: 'work', value: '+1' }] },
      },
      {
        says: 'a replace by anything else has no target',
        operations: [op('replace', 'emails[value eq "old@example.com"].type', 'home')],
        refused: 'noTarget',
      },
      {
        says: 'nor has one by a filter that is no equality',
        operations: [op('replace', 'phoneNumbers[type ne "work"].value', '+1')],
        refused: 'noTarget',
      },
    ],
  },
  {
    dialect: '7. booleans as text',
    users: [
      { says: '"False"', operations: [op('Replace', 'active', 'False')], becomes: { active: false } },
      {
        says: 'in a list of one',
        operations: [op('replace', 'active', [{ value: 'false' }])],
        becomes: { active: false },
      },
    ],
  },
  {
    dialect: '8. a replace of an attribute with many values',
    users: [
      {
        says: 'these are all',
        operations: [op('replace', 'emails', [{ value: 'only@example.com' }])],
        becomes: { emails: [{ value: 'only@example.com' }] },
      },
      { says: 'one alone', operations: [op('replace', 'emails', HOME)], becomes: { emails: [HOME] } },
      { says: 'an empty list', operations: [op('replace', 'emails', [])], becomes: { emails: undefined } },
    ],
    groups: [
      { says: 'members', operations: [op('replace', 'members', [{ value: 'a' }])], isWhole: true, add: ['a'] },
      { says: 'of a group that is pushed empty', operations: [op('replace', 'members', [])], isWhole: true, add: [] },
    ],
  },
  {
    dialect: '9. an add of what is there',
    users: [
      { says: 'an address', operations: [op('add', 'emails', [HOME])], becomes: {} },
      { says: 'a name', operations: [op('add', 'name', { givenName: 'Ann' })], becomes: {} },
    ],
    groups: [
      {
        says: 'a member twice',
        operations: [op('add', 'members', [{ value: 'a' }]), op('add', 'members', [{ value: 'a' }])],
        add: ['a'],
      },
    ],
  },
  {
    dialect: "10. a remove of what isn't there",
    users: [
      { says: 'an attribute', operations: [op('remove', 'nickName')], becomes: {} },
      { says: 'by a filter', operations: [op('remove', 'emails[type eq "other"]')], becomes: {} },
      { says: 'a part', operations: [op('remove', 'emails[type eq "work"].display')], becomes: {} },
    ],
    groups: [
      {
        says: 'put in by the same request',
        operations: [op('add', 'members', [{ value: 'a' }]), op('remove', 'members[value eq "a"]')],
        add: [],
        remove: ['a'],
      },
    ],
  },
  {
    dialect: '11. several operations of which one fails: none is carried out',
    users: [
      {
        says: 'the last one',
        operations: [op('replace', 'title', 'x'), op('replace', 'emails[type', 'y')],
        refused: 'invalidPath',
      },
      { says: 'the first one', operations: [op('remove', undefined), op('add', 'title', 'x')], refused: 'noTarget' },
    ],
  },
  {
    dialect: '12. null for no value',
    users: [
      {
        says: 'takes an attribute away',
        operations: [op('replace', 'name.familyName', null)],
        becomes: { name: { givenName: 'Ann' } },
      },
      {
        says: 'without a path',
        operations: [op('replace', undefined, { emails: null })],
        becomes: { emails: undefined },
      },
      { says: 'of what is not there', operations: [op('add', 'title', null)], becomes: {} },
    ],
    groups: [{ says: 'among members', operations: [op('add', 'members', [null, { value: 'a' }, {}])], add: ['a'] }],
  },
  {
    dialect: '13. attributes that nobody knows, and paths with the schema before them',
    users: [
      { says: 'kept as it came', operations: [op('add', 'shoeSize', 42)], becomes: { shoeSize: 42 } },
      {
        says: 'an extension',
        operations: [op('Add', `${ENTERPRISE}:department`, 'QA')],
        becomes: { [ENTERPRISE]: { department: 'QA' } },
      },
      {
        says: 'the core schema',
        operations: [op('replace', `${CORE}:name.familyName`, 'Li')],
        becomes: { name: { givenName: 'Ann', familyName: 'Li' } },
      },
      { says: 'no attribute at all', operations: [op('add', '__proto__.x', 1)], refused: 'invalidPath' },
    ],
    groups: [
      {
        says: 'noted, and the rest is done',
        operations: [op('replace', 'colour', 'x'), op('replace', 'displayName', 'B')],
        displayName: 'B',
        ignored: 1,
      },
    ],
  },
]

it('knows thirteen dialects', () => {
  expect(DIALECTS.map(({ dialect }) => Number.parseInt(dialect, 10))).toEqual(
    Array.from({ length: 13 }, (_, at) => at + 1),
  )
})

const scimTypeOf = (error: unknown) => (error instanceof ScimFault ? error.scimType : error)

describe('PATCH of a user', () => {
  const cases = DIALECTS.flatMap(({ dialect, users = [] }) => users.map((one) => ({ dialect, ...one })))
  it.each(cases)('$dialect: $says', async ({ operations, becomes, refused }) => {
    const before = ann()
    const run = async () => patchResource(before, readPatch({ Operations: operations }))
    const result = await run().then(
      (resource) => ({ resource }),
      (error: unknown) => ({ refused: scimTypeOf(error) }),
    )
    expect(result).toEqual(refused === undefined ? { resource: { ...ann(), ...becomes } } : { refused })
    expect(before).toEqual(ann())
  })
})

describe('PATCH of a group', () => {
  const cases = DIALECTS.flatMap(({ dialect, groups = [] }) => groups.map((one) => ({ dialect, ...one })))
  it.each(cases)('$dialect: $says', async ({ operations, add, remove, isWhole = false, displayName, ignored = 0 }) => {
    const patch = await readGroupPatch(readPatch({ Operations: operations }))
    const isAboutMembers = add !== undefined || remove !== undefined
    expect(patch.members).toEqual(isAboutMembers ? { isWhole, add: new Set(add), remove: new Set(remove) } : undefined)
    expect([patch.displayName, patch.ignored.length]).toEqual([displayName, ignored])
  })
})
