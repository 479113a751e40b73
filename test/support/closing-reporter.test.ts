import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run } from '../lab/command.js';
import { root } from './source-files.js';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

async function vitestRun(fixture: string, ci: boolean) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(CI|VITEST|TEST|VITEST_.*|NODE_ENV|NODE_OPTIONS)$/.test(name),
    ),
  );
  const argv = [process.execPath, vitest, 'run', '--config', join(fixtures, 'vitest.config.ts'), fixture];
  const done = await run(argv, { cwd: root, env: { ...env, NO_COLOR: '1', ...(ci ? { CI: 'true' } : {}) } });
  return { code: done.code, lines: done.stdout.trimEnd().split('\n'), text: done.stdout + done.stderr };
}

describe('the closing reporter', () => {
  test.concurrent.each([
    ['passes', true, 0, '1 passed, 0 failed, 0 skipped'],
    ['fails', false, 1, '0 passed, 1 failed, 0 skipped'],
    ['needs', false, 0, '1 passed, 0 failed, 1 skipped'],
    ['needs', true, 1, '1 passed, 0 failed, 1 skipped'],
    ['second-try', true, 0, '1 passed, 0 failed, 0 skipped'],
    ['hook', false, 1, '0 passed, 1 failed, 1 skipped'],
    ['broken', false, 1, '0 passed, 1 failed, 0 skipped'],
    ['unhandled', false, 1, '1 passed, 1 failed, 0 skipped'],
  ])('run of %s.fixture.ts with CI=%s: exit %i, last line "%s"', async (fixture, ci, code, last) => {
    const done = await vitestRun(`${fixture}.fixture.ts`, ci);
    expect(done.lines.at(-1), done.text).toBe(last);
    expect(done.code, done.text).toBe(code);
  });

  test('names what passed only at the second try, and why not at the first', async () => {
    const { lines } = await vitestRun('second-try.fixture.ts', true);
    expect(lines).toContain(
      'second try: second-try.fixture.ts > stumbles once: at first: expected 1 to be 2 // Object.is equality',
    );
  });

  test('prints why a test was skipped, and its hooks do not run', async () => {
    const { lines, text } = await vitestRun('needs.fixture.ts', false);
    expect(lines).toContain(
      'skipped: needs.fixture.ts > a room with needs > is skipped: needs the program no-such-program',
    );
    expect(text).not.toMatch(/HOOK RAN|TEST RAN/);
  });
});
