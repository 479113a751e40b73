#!/usr/bin/env node
import { readVersion } from './cli/home.js';
import { runProgram } from './cli/run-program.js';
import { findHome } from './config/home.js';
import { printableText } from './core/text/control-characters.js';

/** Resolves when all that was written to a pipe before has gone out; at once where nobody reads it any more. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (!stream.writable) resolve();
    else
      stream.write('', () => {
        resolve();
      });
  });

/** The one way out: on a pipe, writing is asynchronous, and what was not written when the process ends is lost. */
async function exit(code: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(code);
}

// `pop-sla rounds | head`: the reader has seen enough, which is no fault. A daemon goes on measuring when nobody reads
// its log any more.
const daemon = process.argv[2] === 'run';
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!daemon) void exit(0);
  });
}
process.once('uncaughtException', (error) => {
  process.stderr.write(`pop-sla: ${printableText(error.stack ?? String(error))}\n`);
  void exit(1);
});

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
await exit(code);
