import { defineConfig } from 'vitest/config';

// Levels: unit needs nothing; contract starts a node-less control plane or a real store; e2e needs the cluster.
export default defineConfig({
  test: {
    // By default one core is left idle, which on a machine of two doubles the time of the unit tests.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 60_000,
          // Unit tests share nothing but modules without state of their own; loading those for each file anew doubles
          // the time.
          isolate: false,
          include: ['**/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.contract.test.ts', 'test/e2e/**'],
        },
      },
      {
        test: {
          name: 'contract',
          include: ['**/test/**/*.contract.test.ts'],
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
