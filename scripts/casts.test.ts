import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

/**
 * Where `as SomeType` may stand, how often at most, and why it is no belief about what comes from outside. In core, in the worker and in the
 * pages lint forbids it (`no-unsafe-type-assertion`), and each exception has its reason beside it.
 */
const ALLOWED: { why: string; most: Record<string, number> }[] = [
  {
    why: 'a schema of the route has looked already',
    most: {
      'apps/api/src/routes/events/post.ts': 1,
      'apps/api/src/routes/events/read-events.ts': 1,
      'apps/api/src/routes/members/put-roster.ts': 1,
    },
  },
  {
    why: 'one was asked for, so one came',
    most: {
      'apps/api/src/routes/members/get.ts': 1,
      'apps/api/src/routes/members/protect.ts': 1,
    },
  },
  {
    why: "Node's streams of bytes are typed as any or unknown",
    most: {
      'apps/api/src/plugins/large-bodies.ts': 2,
      'apps/api/src/routes/members/list-gate.ts': 1,
      'apps/api/src/routes/members/split-json-list.ts': 1,
    },
  },
  {
    why: 'Fastify wants a default for what a hook always sets',
    most: {
      'apps/api/src/plugins/auth.ts': 1,
      'apps/api/src/plugins/sessions.ts': 1,
    },
  },
  {
    why: 'our own OpenAPI document: its tests read all of it',
    most: {
      'apps/api/src/openapi-document.ts': 2,
      'apps/api/src/plugins/name-schemas.ts': 1,
      'apps/api/src/plugins/openapi.ts': 1,
      'apps/api/src/plugins/serve-openapi.ts': 1,
      'apps/api/src/reference/callbacks.ts': 1,
      'apps/api/src/reference/describe-route.ts': 2,
    },
  },
  {
    why: 'walks any JSON: what is no object was sorted out a line before',
    most: {
      'apps/api/src/plugins/duplicate-keys.ts': 1,
      'apps/api/src/scim/patch-group.ts': 1,
      'apps/api/src/scim/patch-user.ts': 2,
      'apps/api/src/scim/projection.ts': 2,
      'packages/client/src/error.ts': 2,
    },
  },
  {
    why: 'details of an error that we made ourselves',
    most: {
      'apps/api/src/plugins/to-problem.ts': 1,
    },
  },
  {
    why: 'the reason stands beside it, for lint',
    most: {
      'apps/api/src/pages/dashboard/board-page.ts': 1,
      'apps/api/src/pages/dashboard/board.ts': 1,
      'packages/app-store-connect/src/shapes.ts': 1,
      'packages/core/src/config-reader.ts': 1,
      'packages/core/src/domain/shape.ts': 2,
      'packages/core/src/errors.ts': 1,
      'packages/core/src/queues/lane-queue.ts': 1,
      'packages/core/src/store/connection/cluster-nodes.ts': 1,
      'packages/core/src/store/connection/redis.ts': 2,
    },
  },
  {
    why: 'libraries type options and documents of a file loosely; a schema looks at the file',
    most: {
      'apps/cli/src/context.ts': 1,
      'apps/cli/src/program.ts': 1,
      'apps/cli/src/files/check-fields.ts': 1,
      'apps/cli/src/files/export-files.ts': 1,
      'apps/cli/src/files/kinds.ts': 7,
      'apps/cli/src/files/read-files.ts': 5,
    },
  },
  {
    why: 'the API looks at it, or answered with it, by the document that both are made of',
    most: {
      'apps/cli/src/commands/doctor.ts': 1,
      'apps/cli/src/commands/events.ts': 3,
      'apps/cli/src/commands/import-members.ts': 2,
      'packages/client/src/create-flightroster.ts': 5,
    },
  },
  {
    why: 'the command that was just defined',
    most: {
      'packages/core/src/queues/add-jobs.ts': 1,
    },
  },
  {
    why: 'what an AbortSignal was ended with',
    most: {
      'packages/client/src/resend.ts': 2,
    },
  },
  {
    why: 'signed by the API: nobody else wrote it',
    most: {
      'packages/client/src/verify-callback.ts': 1,
    },
  },
  {
    why: 'the emulator takes what a test gives it; only tests and demos talk to it',
    most: {
      'packages/emulator/src/control.ts': 11,
      'packages/emulator/src/faults.ts': 4,
      'packages/emulator/src/main-config.ts': 3,
      'packages/emulator/src/persist.ts': 2,
      'packages/emulator/src/scripting.ts': 1,
      'packages/emulator/src/seed.ts': 1,
      'packages/emulator/src/start-emulator.ts': 1,
      'packages/emulator/src/token.ts': 1,
    },
  },
  {
    why: "the emulator's resource table has looked at the attributes by then",
    most: {
      'packages/emulator/src/paging.ts': 1,
      'packages/emulator/src/resources.ts': 1,
      'packages/emulator/src/serialize.ts': 1,
      'packages/emulator/src/routes/beta-groups.ts': 1,
      'packages/emulator/src/routes/builds.ts': 1,
      'packages/emulator/src/routes/create-tester.ts': 2,
      'packages/emulator/src/routes/related.ts': 1,
      'packages/emulator/src/routes/usages.ts': 1,
      'packages/emulator/src/routes/webhooks.ts': 4,
    },
  },
]

const CAST = /\bas (?:unknown as )?(?:typeof )?[A-Z]\w*(?:<|\[|\.|\b)/g
/** Told apart by hand: text that people read says "as JSON" too. */
const TEXTS =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*|^import [^;]*? from |\{[^{}]*\} from /gm

function castsIn(path: string): number {
  const code = readFileSync(join(ROOT, path), 'utf8').replace(TEXTS, '')
  return [...code.matchAll(CAST)].length
}

const files = ['apps', 'packages']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter((path) => /\/src\/.*\.ts$/.test(path) && !/node_modules|generated|\.test\.ts$|\/dist\//.test(path))

it('what is asserted of a type, and not read, has its reason, and gets no more', () => {
  expect(files.length).toBeGreaterThan(300)
  const most = new Map(ALLOWED.flatMap((group) => Object.entries(group.most)))
  const tooMany = files.flatMap((path) => {
    const [count, allowed] = [castsIn(path), most.get(path) ?? 0]
    return count > allowed ? [`${path}: ${count}, and ${allowed} are accounted for`] : []
  })
  expect(tooMany).toEqual([])
})
