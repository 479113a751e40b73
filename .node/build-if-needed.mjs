// Before `npm start`: builds what has changed since the last build. An installation without development packages can't
// compile, and starts what is there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, staleBuild } from './build-state.mjs';

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
if (existsSync(compiler)) {
  if (staleBuild() !== null)
    process.exitCode =
      spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' }).status ?? 1;
} else if (!existsSync(join(root, 'dist', 'src', 'main.js'))) {
  console.error(
    'pop-sla: is not built here, and the compiler is a development package: npm ci && npm run build',
  );
  process.exitCode = 1;
}
