import { describe, expect, test } from 'vitest';
import {
  upwardImports,
  coreImports,
  coreWith,
  engineImportsOfDrivers,
  exitsElsewhere,
  filesInNoRoom,
  importedByOneNeighbour,
  kindsThatKnowEachOther,
} from './house.js';
import { importsOf } from './source-files.js';
import type { SourceFile } from './source-files.js';

/** The rules of the house are themselves tried: on houses that break them. */
const file = (path: string, text: string): SourceFile => ({ path, text, imports: importsOf(path, text) });

describe('the rules of the house', () => {
  test.each([
    ['src/core/a.ts', `import type { B } from '../store/b.js';`, 'src/store/b.ts'],
    ['src/store/a.ts', `import { b } from '../config/b.js';`, 'src/config/b.ts'],
    ['src/engine/a.ts', `export * from '../metrics/b.js';`, 'src/metrics/b.ts'],
    ['src/http/a.ts', `const b = await import('../app.js');`, 'src/app.ts'],
    ['probes/kernel/a.ts', `import {\n  b,\n  c,\n} from '../../src/engine/b.js';`, 'src/engine/b.ts'],
    ['src/config/a.ts', `import '../../probes/kinds.js';`, 'probes/kinds.ts'],
  ])('see that %s must not: %s', (path, text, target) => {
    expect(upwardImports([file(path, text)])).toEqual([`${path} imports ${target}`]);
  });

  test.each([
    ['src/engine/a.ts', `import type { Store } from '../store/store.js';`],
    ['src/app.ts', `import { b } from './http/b.js';\nimport { c } from '../probes/kinds.js';`],
    ['src/cli/a.ts', `import { b } from '../core/b.js';`],
    ['src/core/a.ts', `import { b } from './time/b.js';`],
  ])('see that %s may: %s', (path, text) => {
    expect(upwardImports([file(path, text)])).toEqual([]);
  });

  test('find the file that one file beside it imports, and no other', () => {
    const files = [
      file('src/http/a.ts', `import { b } from './b.js';\nimport { c } from './route/c.js';`),
      file('src/http/b.ts', `import { d } from './d.js';`),
      file('src/http/d.ts', ''),
      file('src/http/route/c.ts', `import { d } from '../d.js';`),
    ];
    expect(importedByOneNeighbour(files)).toEqual(['src/http/b.ts is of src/http/a.ts']);
  });

  test('know every room', () => {
    expect(filesInNoRoom([file('src/attic/a.ts', ''), file('src/app.ts', '')])).toEqual(['src/attic/a.ts']);
  });

  test('keep probe kinds apart, but for what they share', () => {
    const [wrong, right] = [
      file('probes/kernel/a.ts', `import { b } from '../fping/b.js';`),
      file('probes/kernel/b.ts', `import { b } from '../shared/b.js';`),
    ];
    expect(kindsThatKnowEachOther([wrong, right])).toEqual(['probes/kernel/a.ts imports probes/fping/b.ts']);
  });

  test.each([
    ['better-sqlite3', `import Database from 'better-sqlite3';`],
    ['src/store/sqlite/b.ts', `import { b } from '../store/sqlite/b.js';`],
    ['probes/kernel/b.ts', `import { b } from '../../probes/kernel/b.js';`],
  ])('keep the engine from %s', (target, text) => {
    expect(engineImportsOfDrivers([file('src/engine/a.ts', text)])).toEqual([
      `src/engine/a.ts imports ${target}`,
    ]);
  });

  test('see an end of the process, and not the words for it', () => {
    const files = [
      file('src/cli/a.ts', `process.exit(1);`),
      file('src/cli/b.ts', `// process.exit(1)\nconst a = 'process.exit(1)'; /* process.exit(1) */`),
      file('src/cli/c.ts', `/* don't */ process.exit(1); // 'quite'`),
      file('src/main.ts', `process.exit(0);`),
      file('probes/net-ping/child.ts', `process.exit(0);`),
    ];
    expect(exitsElsewhere(files)).toEqual(['src/cli/a.ts', 'src/cli/c.ts']);
  });

  test.each([`import { readFileSync } from 'node:fs';`, `import Decimal from 'somewhere';`])(
    'keep core from %s',
    (text) => {
      expect(coreImports([file('src/core/a.ts', text)])).toHaveLength(1);
      expect(coreImports([file('src/store/a.ts', text)])).toEqual([]);
    },
  );

  test.each([
    ['a clock', 'const at = Date.now();'],
    ['a clock', 'const at = new Date();'],
    ['a clock', 'const at = Date();'],
    ['a clock', `const url = 'http://a'; const at = performance.now();`],
    ['a clock', 'const at = Temporal.Now.instant();'],
    ['randomness', 'const dice = Math.random();'],
    ['a process, a timer or the network', 'setTimeout(() => 1, 1);'],
    ['a process, a timer or the network', 'const home = process.env.HOME;'],
    ['asynchrony', 'export async function a() {}'],
  ] as const)('see %s in core: %s', (what, text) => {
    expect(coreWith([file('src/core/a.ts', text)], what)).toEqual(['src/core/a.ts']);
  });

  test('let core take an instant apart', () => {
    expect(
      coreWith([file('src/core/a.ts', 'const at = new Date(ms); // not Date.now()')], 'a clock'),
    ).toEqual([]);
  });
});
