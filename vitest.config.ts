import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Prints why each test was skipped, and the closing count that CI reads.
    reporters: ['default', './test/support/closing-reporter.ts'],
  },
});
