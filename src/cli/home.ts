import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function readVersion(home: string): string {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The commit that this program was built from, as the build noted it, or that the checkout is at; null: not known. */
export function readCommit(home: string): string | null {
  const built = text(join(home, 'dist', 'commit'));
  if (built !== null) return built;
  const folder = gitFolder(join(home, '.git'));
  const head = folder === null ? null : text(join(folder, 'HEAD'));
  if (folder === null || head === null) return null;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return short(head);
  const common = text(join(folder, 'commondir'));
  for (const place of [folder, ...(common === null ? [] : [join(folder, common)])]) {
    const commit = text(join(place, ref)) ?? packed(join(place, 'packed-refs'), ref);
    if (commit !== null) return short(commit);
  }
  return null;
}

/** A folder, or a file that names one: a work tree of its own. */
function gitFolder(path: string): string | null {
  if (!existsSync(path)) return null;
  if (statSync(path).isDirectory()) return path;
  return /^gitdir: (.+)$/.exec(text(path) ?? '')?.[1] ?? null;
}

const short = (commit: string): string | null => (/^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 12) : null);

const packed = (file: string, ref: string): string | null =>
  (text(file) ?? '')
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(' ')[0] ?? null;

function text(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
