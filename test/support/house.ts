import type { SourceFile } from './source-files.js';

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

/** Pure packages that core may use: values in, values out. */
const corePackages = ['temporal-polyfill'];

const roomOf = (path: string): string =>
  path.startsWith('probes/') ? 'probes' : (/^src\/([a-z]+)(?:\.ts|\/)/.exec(path)?.[1] ?? path);
const floorOf = (room: string): number => floors.findIndex((floor) => floor.includes(room));
const kindOf = (path: string): string | undefined => /^probes\/([^/]+)\//.exec(path)?.[1];

export const isCore = (file: SourceFile): boolean => roomOf(file.path) === 'core';

type Judge = (file: SourceFile, target: string) => boolean;

/** Each import that `isWrong` finds fault with, as a sentence. */
const wrongImports = (files: readonly SourceFile[], isWrong: Judge): string[] =>
  files.flatMap((file) =>
    file.imports.filter((target) => isWrong(file, target)).map((target) => `${file.path} imports ${target}`),
  );

/** Files that stand in no room of the house. */
export const homeless = (files: readonly SourceFile[]): string[] =>
  files.map((file) => file.path).filter((path) => floorOf(roomOf(path)) < 0);

/** Imports of a room beside or above. */
export const arrowsUp = (files: readonly SourceFile[]): string[] =>
  wrongImports(files, (file, target) => {
    if (!/^(src|probes)\//.test(target)) return false;
    const [from, to] = [roomOf(file.path), roomOf(target)];
    return from !== to && floorOf(to) >= floorOf(from);
  });

/** One probe kind that knows of another. */
export const kindsThatKnowEachOther = (files: readonly SourceFile[]): string[] =>
  wrongImports(files, (file, target) => {
    const [from, to] = [kindOf(file.path), kindOf(target)];
    return from !== undefined && to !== undefined && from !== to && to !== 'shared';
  });

/** An engine that names a driver or a database. */
export const engineThatNames = (files: readonly SourceFile[]): string[] =>
  wrongImports(
    files.filter((file) => roomOf(file.path) === 'engine'),
    (_file, target) =>
      /^probes\/[^/]+\/|^src\/store\/[^/]+\/|^(net-ping|better-sqlite3|koffi|pg)$/.test(target),
  );

/** Ends of the process elsewhere than in `main`; a child that is a process of its own ends itself. */
export const exitsElsewhere = (files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => file.path !== 'src/main.ts' && !/^probes\/[^/]+\/child\.ts$/.test(file.path))
    .filter((file) => /process\.exit\(/.test(codeOf(file.text)))
    .map((file) => file.path);

/** What core imports though it is neither core nor a pure package. */
export const coreImports = (files: readonly SourceFile[]): string[] =>
  wrongImports(
    files.filter(isCore),
    (_file, target) => !target.startsWith('src/core/') && !corePackages.includes(target),
  );

/** What core must not contain. */
export const forbiddenInCore = {
  'a clock':
    /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)|\bperformance\b|Temporal\.Now|\bhrtime\b/,
  randomness: /Math\.random|\bcrypto\b/,
  'a process, a timer or the network':
    /\bprocess\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bconsole\./,
  asynchrony: /\basync\b|\bawait\b|\bPromise\b/,
} as const;

export const coreWith = (files: readonly SourceFile[], what: keyof typeof forbiddenInCore): string[] =>
  files
    .filter(isCore)
    .filter((file) => forbiddenInCore[what].test(codeOf(file.text)))
    .map((file) => file.path);

/** Comments and strings may name what code may not. Whatever starts first swallows the other. */
const codeOf = (text: string): string =>
  text.replace(/'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/.*$/gm, (match) =>
    match.startsWith("'") ? "''" : '',
  );
