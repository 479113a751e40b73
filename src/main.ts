#!/usr/bin/env node
import { readVersion } from './cli/home.js';
import { runProgram } from './cli/run-program.js';
import { findHome } from './config/home.js';

// `pop-sla rounds | head`: the reader has seen enough, which is no fault. A daemon goes on measuring when nobody reads
// its log any more.
const daemon = process.argv[2] === 'run';
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!daemon) process.exit(0);
  });
}

const home = findHome();
const code = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  home,
  version: readVersion(home),
  now: () => Date.now(),
  app: () => import('./app.js'),
  onSignal: (signal, listener) => {
    process.on(signal, listener);
    return () => process.off(signal, listener);
  },
});
// What was written goes out before the end.
process.stdout.write('', () => process.exit(code));
