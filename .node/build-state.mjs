// Whether what is built is older than what it is built from: asked before `npm start`, before `npm pack` and before the
// tests, many of which run the built program.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist', 'src', 'main.js');
const sources = [
  '.node/build-files.mjs',
  '.node/traditional.mjs',
  'src',
  'probes',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** The newest file or folder at or below `path`, and when it was changed; a folder changes when a file comes or goes. */
function newest(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  const itself = { path, at: stats?.mtimeMs ?? 0 };
  if (!stats?.isDirectory()) return itself;
  return readdirSync(join(root, path))
    .map((name) => newest(join(path, name)))
    .reduce((latest, one) => (one.at > latest.at ? one : latest), itself);
}

/** @returns {string | null} Why the program must be built before it runs; null when what is built is up to date. */
export function staleBuild() {
  if (!existsSync(built)) return 'nothing is built yet';
  const latest = sources.map(newest).reduce((one, other) => (other.at > one.at ? other : one));
  return latest.at > statSync(built).mtimeMs ? `${latest.path} has changed since the last build` : null;
}
