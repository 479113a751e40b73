// Takes out of an installation's node_modules what never runs: sources of native modules, their binaries for other
// systems, source maps, type declarations and guides. It halves a production installation. Called where one is made: by
// `npm ci --omit=dev` in a checkout (prepare.mjs), by the Debian package and by the image. Licences stay, also where only a
// README has one.
//   node .node/prune.mjs [FOLDER = node_modules]
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const neverRun = /\.(?:map|md|markdown|d\.ts|d\.cts|d\.mts)$/i;
const legal = /^(?:licen[cs]e|copying|notice)/i;

/** @returns {string[]} The files of a package's folder that have its licence. */
export const licenceFiles = (folder) =>
  readdirSync(folder).filter((name) => legal.test(name) && !/\.[cm]?[jt]s$/.test(name));

/** @returns {string | undefined} The licence in a package's README, from its heading on, where no file has it. */
export function licenceInReadme(folder) {
  const readme = readdirSync(folder).find((name) => /^readme\b/i.test(name));
  if (readme === undefined || licenceFiles(folder).length > 0) return undefined;
  return /^(?:#+ .*licen[cs]e|licen[cs]e.*\n[-=]+)[^]*/im
    .exec(readFileSync(join(folder, readme), 'utf8'))?.[0]
    .trim();
}

/** @param {string} modules A node_modules folder without development packages. */
export function prune(modules) {
  const sqlite = join(modules, 'better-sqlite3');
  for (const name of ['deps', 'src']) rmSync(join(sqlite, name), { recursive: true, force: true });
  const prebuilds = join(sqlite, 'prebuilds');
  // Of glibc and of musl: the same installation may be copied into an image of either.
  const own = new RegExp(`^${process.platform}(?:musl)?-${process.arch}\\.node$`);
  if (existsSync(prebuilds))
    for (const name of readdirSync(prebuilds)) if (!own.test(name)) rmSync(join(prebuilds, name));
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true }))
    if (
      entry.isFile() &&
      neverRun.test(entry.name) &&
      !legal.test(entry.name) &&
      !(/^readme\b/i.test(basename(entry.name)) && licenceInReadme(entry.parentPath) !== undefined)
    )
      rmSync(join(entry.parentPath, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prune(process.argv[2] ?? 'node_modules');
