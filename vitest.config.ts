import { defineConfig } from 'vitest/config'

const shared = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
}

const setupFiles = ['packages/core/testing/end-with-runner.ts']

// pure: no server of any kind. redis: a real redis-server a file, and the emulator over HTTP. e2e: real processes.
export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'pure',
          include: ['{apps,packages}/*/{src,testing}/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.redis.test.ts', '**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          // They keep nothing in modules and change nothing of the process: loading what they test once a worker is half of their time.
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          name: 'redis',
          include: ['{apps,packages}/*/{src,testing}/**/*.redis.test.ts', 'scripts/**/*.redis.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // More than cores: a file waits half of its time, for a server that starts or for time to go by.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          setupFiles,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // Mostly waiting for processes that were killed: five files share two cores well.
          maxWorkers: 5,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
