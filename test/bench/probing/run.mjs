// What the probe kinds are worth, against the emulator: `node test/bench/probing/run.mjs [accuracy|compare|rate|storm]…`,
// after a build, as root; each takes less than six minutes. All of them without a name. BENCH_KINDS, BENCH_DELAYS,
// BENCH_REPEATS, BENCH_TARGETS, BENCH_PACKETS, BENCH_RATES, BENCH_SECONDS, BENCH_WARM_UP and BENCH_IDLE change what is
// run. Errors are against the wire: the kernel's stamps of the packets at the emulator's device, as a capture gets them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const names = process.argv.slice(2);
const files = (names.length > 0 ? names : ['accuracy', 'compare', 'rate', 'storm']).map(
  (name) => `test/bench/probing/${name}.bench.ts`,
);
const argv = ['vitest', 'run', '--config', 'test/bench/vitest.config.ts', ...files];
process.exitCode = spawnSync('npx', argv, { cwd: root, stdio: 'inherit' }).status ?? 1;
