import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { root, sourceFiles } from './support/source-files.js';

/**
 * The house, from the ground up. A room may import the rooms of the floors below it, and itself; never a room of its
 * own floor, never one above.
 */
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['config', 'probes', 'store', 'render', 'seal'],
  ['engine', 'metrics'],
  ['mesh', 'http'],
  ['app'],
  ['cli'],
  ['main'],
];

const roomOf = (path: string): string =>
  path.startsWith('probes/') ? 'probes' : (/^src\/([a-z]+)(?:\.ts|\/)/.exec(path)?.[1] ?? path);
const floorOf = (room: string): number => floors.findIndex((floor) => floor.includes(room));

const files = [...sourceFiles('src'), ...sourceFiles('probes')];
const core = files.filter((file) => roomOf(file.path) === 'core');

/** Pure packages that core may use: values in, values out. */
const corePackages = ['temporal-polyfill'];

/** Comments and strings may name what code may not. */
const code = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");

describe('the house', () => {
  test('has files, and every one of them stands in a known room', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => floorOf(roomOf(file.path)) < 0).map((file) => file.path)).toEqual([]);
  });

  test('has arrows that go down only', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((target) => /^(src|probes)\//.test(target))
        .filter((target) => {
          const [from, to] = [roomOf(file.path), roomOf(target)];
          return from !== to && floorOf(to) >= floorOf(from);
        })
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('lets one probe kind know nothing of another', () => {
    const kindOf = (path: string) => /^probes\/([^/]+)\//.exec(path)?.[1];
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((target) => {
          const [from, to] = [kindOf(file.path), kindOf(target)];
          return from !== undefined && to !== undefined && from !== to && to !== 'shared';
        })
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('keeps the engine from naming a driver or a database', () => {
    const wrong = files
      .filter((file) => roomOf(file.path) === 'engine')
      .flatMap((file) =>
        file.imports
          .filter((target) =>
            /^probes\/[^/]+\/|^src\/store\/[^/]+\/|^(net-ping|better-sqlite3|koffi|pg)$/.test(target),
          )
          .map((target) => `${file.path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('ends the process in one place', () => {
    const wrong = files.filter(
      (file) => file.path !== 'src/main.ts' && /process\.exit\(/.test(code(file.text)),
    );
    expect(wrong.map((file) => file.path).filter((path) => !/^probes\/[^/]+\/child\.ts$/.test(path))).toEqual(
      [],
    );
  });

  test('keeps the top level as it was fixed', () => {
    const allowed = ['src', 'probes', 'config', 'dashboards', 'test'];
    const tool = ['node_modules', 'dist', 'coverage', 'data'];
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !tool.includes(entry.name))
      .map((entry) => entry.name);
    expect(folders.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('core', () => {
  test('imports itself and pure packages only', () => {
    const wrong = core.flatMap((file) =>
      file.imports
        .filter((target) => !target.startsWith('src/core/') && !corePackages.includes(target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['a clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|Temporal\.Now|\bhrtime\b/],
    ['randomness', /Math\.random|\bcrypto\b/],
    [
      'a process, a timer or the network',
      /\bprocess\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bconsole\./,
    ],
    ['asynchrony', /\basync\b|\bawait\b|\bPromise\b/],
  ])('has no %s', (_what, expression) => {
    expect(core.filter((file) => expression.test(code(file.text))).map((file) => file.path)).toEqual([]);
  });
});
