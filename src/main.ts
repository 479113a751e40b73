#!/usr/bin/env node
// Only this file is loaded before the version is known: on an older Node.js the SQLite module ends the process without
// a word.
const oldest = [22, 14] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(
    `pop-sla: needs Node.js ${oldest.join('.')} or newer, and ${process.execPath} is ${process.versions.node}; in a checkout, npm start and npx pop-sla use the one that npm ci brings\n`,
  );
  process.exit(1);
}
const [{ findHome }, { readVersion }, { runProgram }] = await Promise.all([
  import('./config/home.js'),
  import('./cli/home.js'),
  import('./cli/run-program.js'),
]);

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
