import type { Dialect } from '../scim-dialects.ts'
import { USER, GROUP, patch, refused, finds, ann, withGroup, changesAnn, changesGroup } from './requests.ts'

/** 3.5: replacing with PUT, changing with PATCH. */
export const RFC_CHANGING: Dialect[] = [
  {
    name: '3.5.1 replacing with PUT',
    group: 'rfc put',
    steps: [
      ...withGroup('rfc put', '$ann', '$bob'),
      {
        method: 'PUT',
        path: '/Users/$ann',
        body: {
          schemas: [USER],
          id: '$ann',
          userName: 'ann',
          name: { familyName: 'Li' },
          roles: [],
          emails: [{ value: 'ann@new.example.com' }],
        },
        status: 200,
        answer: { id: '$ann', userName: 'ann', name: { familyName: 'Li' }, emails: [{ value: 'ann@new.example.com' }] },
        present: ['ann', 'bob'],
      },
      { method: 'PUT', path: '/Users/no-such-one', body: ann, ...refused(404) },
      { method: 'PUT', path: '/Users/$ann', body: { schemas: [USER] }, ...refused(400, 'invalidValue') },
      {
        method: 'PUT',
        path: '/Users/$ann',
        body: { schemas: [USER], userName: 'jBOB' },
        ...refused(409, 'uniqueness'),
      },
      {
        method: 'PUT',
        path: '/Groups/$group',
        body: { schemas: [GROUP], id: '$group', displayName: 'rfc put', members: [{ value: '$bob' }] },
        status: 200,
        answer: { displayName: 'rfc put', members: [{ value: '$bob' }] },
        present: ['bob'],
      },
    ],
  },
  {
    name: '3.5.2.1 add',
    group: 'rfc add',
    steps: [
      ...withGroup('rfc add'),
      changesGroup(
        [
          {
            op: 'add',
            path: 'members',
            value: [{ display: 'Ann', $ref: 'https://example.com/v2/Users/$ann', value: '$ann' }],
          },
        ],
        ['ann'],
      ),
      // The same value once more changes nothing.
      changesGroup([{ op: 'add', path: 'members', value: [{ value: '$ann' }] }], ['ann']),
      // As an attribute without a path.
      changesGroup([{ op: 'add', value: { members: [{ value: '$bob' }] } }], ['ann', 'bob']),
      changesAnn(
        [{ op: 'add', value: { emails: [{ value: 'ann@more.example.org', type: 'other' }], nickName: 'Annie' } }],
        {
          nickName: 'Annie',
          emails: [...ann.emails, { value: 'ann@more.example.org', type: 'other' }],
        },
      ),
      changesAnn([{ op: 'add', path: 'title', value: 'Boss' }], { title: 'Boss' }),
    ],
  },
  {
    name: '3.5.2.2 remove',
    group: 'rfc remove',
    steps: [
      ...withGroup('rfc remove', '$ann', '$bob'),
      changesGroup([{ op: 'remove', path: 'members[value eq "$ann"]' }], ['bob']),
      // One out and another in, in one request.
      changesGroup(
        [
          { op: 'remove', path: 'members[value eq "$bob"]' },
          { op: 'add', path: 'members', value: [{ display: 'Ann', value: '$ann' }] },
        ],
        ['ann'],
      ),
      changesAnn([{ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }], {
        emails: [{ value: 'ann@home.example.org', type: 'home' }],
      }),
      changesAnn([{ op: 'remove', path: 'title' }], { userName: 'ann' }),
      finds('title pr', 0),
      { method: 'PATCH', path: '/Users/$ann', body: patch({ op: 'remove' }), ...refused(400, 'noTarget') },
    ],
  },
  {
    name: '3.5.2.3 replace',
    group: 'rfc replace',
    steps: [
      ...withGroup('rfc replace', '$ann'),
      // All members by others: within the guard, since as many come as go.
      changesGroup([{ op: 'replace', path: 'members', value: [{ value: '$ann' }, { value: '$bob' }] }], ['ann', 'bob']),
      changesAnn(
        [
          {
            op: 'replace',
            path: 'addresses[type eq "work"]',
            value: { type: 'work', streetAddress: '911 Side St', locality: 'Town' },
          },
        ],
        { addresses: [{ type: 'work', streetAddress: '911 Side St', locality: 'Town' }] },
      ),
      changesAnn([{ op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' }], {
        addresses: [{ type: 'work', streetAddress: '1010 Broadway Ave' }],
      }),
      changesAnn(
        [
          {
            op: 'replace',
            value: { emails: [{ value: 'ann@example.com', type: 'work', primary: true }], nickName: 'Annie' },
          },
        ],
        { emails: [{ value: 'ann@example.com', type: 'work', primary: true }], nickName: 'Annie' },
      ),
      // The RFC has noTarget here. Entra ID replaces a kind of value that may not be there yet: it is made.
      changesAnn([{ op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555' }], {
        phoneNumbers: [{ type: 'mobile', value: '+1 555' }],
      }),
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'replace', path: 'emails[value eq "gone@example.com"].type', value: 'home' }),
        ...refused(400, 'noTarget'),
      },
      // 3.5.2: a request is carried out whole or not at all.
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch(
          { op: 'replace', path: 'title', value: 'Half' },
          { op: 'replace', path: 'emails[type', value: 'x' },
        ),
        ...refused(400, 'invalidPath'),
      },
      finds('title eq "Half"', 0),
    ],
  },
]
