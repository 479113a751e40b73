// Before `npm start` and `npm pack`: builds what has changed since the last build. An installation without development
// packages can't compile, and starts what is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist', 'src', 'main.js');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** When anything at or below `path` was last changed; a folder changes when a file of it comes or goes. */
function changed(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changed(join(path, name))));
}

const sources = ['src', 'probes', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
if (!existsSync(compiler)) {
  if (!existsSync(built)) {
    console.error(
      'pop-sla: is not built here, and the compiler is a development package: npm ci && npm run build',
    );
    process.exitCode = 1;
  }
} else if (
  !existsSync(built) ||
  Math.max(...sources.map((name) => changed(join(root, name)))) > statSync(built).mtimeMs
) {
  process.exitCode =
    spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' }).status ?? 1;
}
