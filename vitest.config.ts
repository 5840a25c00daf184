import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const shared = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
}

const setupFiles = ['packages/core/testing/end-with-runner.ts']

/**
 * Modules are loaded for them alone: they put another module in one's place, which takes hold nowhere else, or they measure memory, to which
 * former files of a worker would add theirs.
 */
const ALONE = [
  'apps/api/src/scim/memory.redis.test.ts',
  'packages/core/src/usecases/lanes/interleaving.redis.test.ts',
  'packages/core/src/usecases/seats/seats-walk.redis.test.ts',
]

/**
 * They begin in this order, before all others: a long one that begins late runs alone at the end. Those that ask much of a processor are
 * apart from each other, with some between them that mostly wait.
 */
const LONG = [
  'scripts/kubernetes.test.ts',
  'apps/api/src/openapi.test.ts',
  'apps/api/src/openapi-lint.test.ts',
  'scripts/deploy.test.ts',
  'packages/core/src/usecases/reconcile/plan-snapshot.test.ts',
  'packages/core/src/sources/sources.test.ts',
  'packages/client/src/generated.test.ts',

  'apps/api/src/bodies.redis.test.ts',
  'apps/worker/src/visit-rate.redis.test.ts',
  'apps/api/src/scim/doubles.redis.test.ts',
  'packages/core/src/usecases/reconcile/approved-dies.redis.test.ts',
  'packages/core/src/usecases/reclaim/reclaim-plan.redis.test.ts',
  'packages/core/src/usecases/reclaim/reclaim.redis.test.ts',
  'apps/api/src/plugins/bound.redis.test.ts',
  'packages/core/src/usecases/reconcile/random-walk.redis.test.ts',
  'apps/api/src/fuzz.redis.test.ts',
  'packages/core/src/usecases/scim/scim-dies.redis.test.ts',
  'packages/core/src/usecases/scim/scim-late.redis.test.ts',
  'packages/core/src/usecases/scim/scim-made.redis.test.ts',
  'packages/core/src/usecases/people/erase-late.redis.test.ts',
  'packages/core/src/usecases/member-link/link-late.redis.test.ts',
  'packages/core/src/usecases/seats/seats-dies.redis.test.ts',
  'packages/core/src/usecases/team-keys/key-late.redis.test.ts',
  'packages/core/src/usecases/rosters/changed-late.redis.test.ts',
  'apps/api/src/scim/large.redis.test.ts',
  'apps/api/src/scim/large-users.redis.test.ts',
  'packages/core/src/usecases/reconcile/told-done.redis.test.ts',
  'packages/core/src/usecases/reclaim/drive-idle.redis.test.ts',
  'packages/core/src/usecases/sessions/sessions.redis.test.ts',
  'packages/core/src/usecases/rosters/blocked-dies.redis.test.ts',
  'apps/api/src/many-rosters.redis.test.ts',
  'apps/worker/src/callbacks.redis.test.ts',
  'packages/core/src/usecases/seats/seats-walk.redis.test.ts',
  'packages/core/src/usecases/lanes/interleaving.redis.test.ts',
  'packages/core/src/usecases/rosters/visited-late.redis.test.ts',
  'packages/core/src/usecases/reconcile/plan-late.redis.test.ts',
  'packages/core/src/usecases/rosters/delete-roster-dies.redis.test.ts',
  'packages/core/src/usecases/reconcile/read-group.redis.test.ts',
  'packages/core/src/usecases/reconcile/reconcile.redis.test.ts',

  'e2e/lanes.test.ts',
  'e2e/scim-resync.test.ts',
  'e2e/storms.test.ts',
  'e2e/why-not-in.test.ts',
  'e2e/life-cycle.test.ts',
  'e2e/soak.test.ts',
  'e2e/browser/lockout.test.ts',
  'e2e/browser/rejected-plan.test.ts',
  'e2e/budget.test.ts',
  'e2e/rosters.test.ts',
  'e2e/recovery.test.ts',
  'e2e/scaling.test.ts',
  'e2e/failover.test.ts',
  'e2e/browser/accessibility.test.ts',
  'e2e/backup.test.ts',
  'e2e/cluster.test.ts',
  'e2e/scale.test.ts',
  'e2e/callbacks.test.ts',
  'e2e/examples.test.ts',
  'e2e/notices.test.ts',
  'e2e/cluster-scale.test.ts',
  'e2e/resets.test.ts',
  'e2e/take-over.test.ts',
  'e2e/add-a-source.test.ts',
  'e2e/files.test.ts',
  'e2e/how-to.test.ts',
  'e2e/builds.test.ts',
  'e2e/tracing.test.ts',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((path) => moduleId.endsWith(`/${path}`))
      return at === -1 ? LONG.length : at
    }
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    return (await super.sort(files)).toSorted((a, b) => group(a) - group(b) || place(a) - place(b))
  }
}

/** A real redis-server a file, and the emulator over HTTP. */
const redis = {
  setupFiles,
  // A test that passes waits for none of this, beside eight busy processes neither.
  testTimeout: 400_000,
  hookTimeout: 400_000,
  // More than cores: a file waits half of its time, for a server that starts or for time to go by.
  maxWorkers: 5,
  sequence: { groupOrder: 1 },
}

// pure: no server of any kind. redis, redis-alone: a server. e2e: real processes.
export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        ...shared,
        test: {
          name: 'pure',
          include: ['{apps,packages}/*/{src,testing}/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.redis.test.ts', '**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          // By default a core is left idle, on two cores one of two.
          maxWorkers: '100%',
          // They keep nothing in modules and change nothing of the process: loading what they test once a worker is half of their time.
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          ...redis,
          name: 'redis',
          include: ['{apps,packages}/*/{src,testing}/**/*.redis.test.ts', 'scripts/**/*.redis.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...ALONE],
          // Loading modules anew for each file is a third of all that these tests ask of a processor.
          isolate: false,
        },
      },
      { ...shared, test: { ...redis, name: 'redis-alone', include: ALONE } },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          setupFiles,
          // Beside eight busy processes some take seven minutes.
          testTimeout: 1_200_000,
          hookTimeout: 400_000,
          // Tests that say so wait together, each with a stack of its own.
          maxConcurrency: 12,
          // Often waiting for processes that were killed: with five files two cores are idle for a twentieth of the time.
          maxWorkers: 5,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
