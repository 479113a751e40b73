import { dirname } from 'node:path';
import type { SourceFile } from './source-files.js';

/**
 * The rooms of `src` (and the probes), from the ground up. A room may import the rooms of the floors below it, and
 * itself; never a room of its own floor, never one above. `src/README.md` says what lives in each.
 */
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['i18n'],
  ['config', 'probes', 'store', 'seal'],
  ['render'],
  ['engine', 'metrics'],
  ['services'],
  ['simulate', 'mesh', 'http'],
  ['portal'],
  ['app'],
  ['cli'],
  ['main'],
];

/** Pure packages that core may use: values in, values out. */
const corePackages = ['temporal-polyfill'];

const roomOf = (path: string): string =>
  path.startsWith('probes/') ? 'probes' : (/^src\/([a-z0-9]+)(?:\.ts|\/)/.exec(path)?.[1] ?? path);
const floorOf = (room: string): number => floors.findIndex((floor) => floor.includes(room));
const kindOf = (path: string): string | undefined => /^probes\/([^/]+)\//.exec(path)?.[1];

export const isCore = (file: SourceFile): boolean => roomOf(file.path) === 'core';

type Judge = (file: SourceFile, target: string) => boolean;

/** Each import that `isWrong` rejects, as a sentence. */
const wrongImports = (files: readonly SourceFile[], isWrong: Judge): string[] =>
  files.flatMap((file) =>
    file.imports.filter((target) => isWrong(file, target)).map((target) => `${file.path} imports ${target}`),
  );

/** Files that stand in no room. */
export const filesInNoRoom = (files: readonly SourceFile[]): string[] =>
  files.map((file) => file.path).filter((path) => floorOf(roomOf(path)) < 0);

/** Imports of a room beside or above. */
export const upwardImports = (files: readonly SourceFile[]): string[] =>
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
export const engineImportsOfDrivers = (files: readonly SourceFile[]): string[] =>
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

/** Groups of files that import each other in a circle, each as one line. */
export function circles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];
  const lowOf = (path: string): number => low.get(path) ?? 0;
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.size - 1);
    stack.push(path);
    for (const next of byPath.get(path)?.imports ?? []) {
      if (!byPath.has(next)) continue;
      if (!index.has(next)) {
        visit(next);
        low.set(path, Math.min(lowOf(path), lowOf(next)));
      } else if (stack.includes(next)) low.set(path, Math.min(lowOf(path), index.get(next) ?? 0));
    }
    if (lowOf(path) !== index.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1) found.push(group.sort().join(' '));
  };
  for (const { path } of files) if (!index.has(path)) visit(path);
  return found;
}

/** Files of `src` that no file imports: neither by name, nor as a thread's or a child's own module. */
export function notImported(files: readonly SourceFile[]): string[] {
  const imported = new Set(files.flatMap((file) => file.imports));
  const loaded = (path: string): boolean => {
    const name = `${path.split('/').at(-1)?.replace(/\.ts$/, '') ?? ''}.js`;
    return files.some((file) => file.path !== path && file.text.includes(`/${name}', import.meta.url`));
  };
  // Types of a package that has none are found by its name.
  return files
    .map(({ path }) => path)
    .filter(
      (path) => path !== 'src/main.ts' && !path.endsWith('.d.ts') && !imported.has(path) && !loaded(path),
    );
}

/** Names that a file of `files` exports and no other file of `users` imports. */
export function unusedExports(files: readonly SourceFile[], users: readonly SourceFile[]): string[] {
  const used = new Map<string, string>();
  for (const user of users) {
    const names = [...user.text.matchAll(/(?:import|export)\s+(?:type\s+)?([^;'"]*?)\s+from\s+['"]/g)].map(
      (match) => match[1] ?? '',
    );
    const whole = /import\(/.test(user.text) ? user.text : names.join(' ');
    for (const target of user.imports) used.set(target, `${used.get(target) ?? ''} ${whole}`);
  }
  const exported =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(exported)]
      .map((match) => match[1] ?? '')
      .filter((name) => !new RegExp(`\\b${name}\\b|\\*`).test(used.get(path) ?? ''))
      // A list whose names are a type: the type is what others import.
      .filter((name) => !new RegExp(`\\btypeof ${name}\\b`).test(text))
      .map((name) => `${path}: ${name}`),
  );
}

/** Files with more lines than one idea takes. */
export const tooLong = (files: readonly SourceFile[], most: number): string[] =>
  files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > most)
    .map(({ path, lines }) => `${path}: ${lines} lines`);

/** Files that only one file imports, and that one stands in the same folder: `FILE is of IMPORTER`. */
export function importedByOneNeighbour(files: readonly SourceFile[]): string[] {
  const importers = new Map<string, Set<string>>();
  for (const { path, imports } of files)
    for (const target of imports) importers.set(target, (importers.get(target) ?? new Set()).add(path));
  return files.flatMap(({ path }) => {
    const [importer, ...more] = importers.get(path) ?? [];
    const isNeighbour = importer !== undefined && more.length === 0 && dirname(importer) === dirname(path);
    return isNeighbour ? [`${path} is of ${importer}`] : [];
  });
}

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
