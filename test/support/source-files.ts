import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface SourceFile {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Relative imports resolved to paths like `path`; packages and `node:` modules by their name. */
  readonly imports: readonly string[];
}

const importExpression =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g;

/** Every TypeScript file but declarations of what the build writes, below `folder`, with what it imports. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = relative(root, file).split('\\').join('/');
      const text = readFileSync(file, 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** What the text of the file at `path` imports and exports again, by `import()` too. */
export function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(importExpression)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    return name.startsWith('.') ? posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts') : name;
  });
}
