import type { Dialect } from '../scim-dialects.ts'
import { USER, patch, refused, made } from './requests.ts'

/** 3.12: how refusals read. */
export const RFC_ERRORS: Dialect[] = [
  {
    name: '3.12 errors',
    group: 'rfc errors',
    steps: [
      ...made,
      { method: 'GET', path: '/Users/2819c223-7f76-453a-919d-413861904646', ...refused(404) },
      { method: 'POST', path: '/Users', body: { schemas: [USER] }, ...refused(400, 'invalidValue') },
      { method: 'PATCH', path: '/Users/$ann', body: {}, ...refused(400, 'invalidSyntax') },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'move', path: 'title' }),
        ...refused(400, 'invalidSyntax'),
      },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'replace', value: 7 }),
        ...refused(400, 'invalidValue'),
      },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'add', path: 'a[b', value: 1 }),
        ...refused(400, 'invalidPath'),
      },
      {
        method: 'PATCH',
        path: '/Users/$ann',
        body: patch({ op: 'remove', path: 'emails[type is "x"]' }),
        ...refused(400, 'invalidFilter'),
      },
      {
        method: 'PATCH',
        path: '/Users/nobody',
        body: patch({ op: 'add', path: 'title', value: 'x' }),
        ...refused(404),
      },
    ],
  },
]
