// What the probe kinds are worth, against the emulator: `node test/bench/probing/run.mjs [accuracy|compare|rate|storm]…`,
// after a build, as root. All of them without a name. BENCH_KINDS, BENCH_DELAYS, BENCH_REPEATS, BENCH_TARGETS,
// BENCH_PACKETS, BENCH_RATES and BENCH_IDLE change what is run.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const names = process.argv.slice(2);
const files = (names.length > 0 ? names : ['accuracy', 'compare', 'rate', 'storm']).map(
  (name) => `test/bench/probing/${name}.bench.ts`,
);
const argv = ['vitest', 'run', '--config', 'test/bench/vitest.config.ts', ...files];
process.exitCode = spawnSync('npx', argv, { cwd: root, stdio: 'inherit' }).status ?? 1;
