import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { traditionalWords } from './.node/traditional.mjs';

export default defineConfig({
  plugins: [traditionalWords(import.meta.dirname)],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/fresh-build.ts'],
    pool: 'forks',
    // Most of the long tests wait for real rounds, servers and clocks: more of them than cores run side by side.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Real packets, servers and processes on a machine that others load too: what stumbles is tried once more, and the
    // closing lines name it, so that it is mended and not got used to.
    retry: 1,
    // Prints why each test was skipped, and the closing count that CI reads.
    reporters: ['default', './test/support/closing-reporter.ts'],
  },
});
