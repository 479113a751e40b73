import { defineConfig } from 'vitest/config';

/** Benchmarks print figures; they are no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/bench/**/*.bench.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 3_600_000,
    reporters: ['default'],
    silent: false,
    disableConsoleIntercept: true,
  },
});
