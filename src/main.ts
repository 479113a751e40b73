#!/usr/bin/env node
import { readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

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

/** With fewer open files the program can't even load itself: Node then says that packages are missing. */
const leastOpenFiles = 256;
/** How long a daemon that has ended waits for the reader of its log. */
const lastWordsMs = 500;

const limit = openFilesAllowed();
if (limit !== null && limit < leastOpenFiles) {
  process.stderr.write(
    `pop-sla: this process may open ${limit} files at a time; allowed: ${leastOpenFiles} or more ` +
      '(ulimit -n 1024; LimitNOFILE=1024 in a unit of systemd; --ulimit nofile=1024 for a container)\n',
  );
  process.exit(1);
}

const isDaemon = process.argv[2] === 'run';
if (isDaemon) {
  // Set here, so that they hold however the daemon is started. What lives long in it is little, so its heaps are
  // collected often; the middle one of three compilers takes memory and makes nothing faster here.
  for (const flag of ['--optimize-for-size', '--no-maglev']) setFlagsFromString(flag);
}
const codeCache = codeCacheFolder();
if (codeCache !== null) module.enableCompileCache(codeCache);

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A daemon goes on measuring when its log can't be written any more.
    if (isDaemon) return;
    // `pop-sla rounds | head`: the reader has seen enough, which is no fault.
    if (error.code === 'EPIPE') void exit(0);
    else throw error;
  });
}
// eslint-disable-next-line no-control-regex -- what must not reach a terminal
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
process.once('uncaughtException', (error) => {
  // Any text may be in it; this file loads nothing to make it printable before it knows that it may.
  process.stderr.write(`pop-sla: ${(error.stack ?? String(error)).replace(steering, '?')}\n`);
  void exit(1);
});

// Nothing else is loaded before the limit is known to do.
const [{ findHome }, { readVersion }, { runProgram }] = await Promise.all([
  import('./config/defaults.js'),
  import('./cli/context.js'),
  import('./cli/run-program.js'),
]);
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
    return () => {
      // A daemon that has ended is on its way out by itself: a signal that comes now must not end it by itself.
      if (isDaemon) process.on(signal, () => undefined);
      process.off(signal, listener);
    };
  },
});
await exit(code);

/** Resolves when all that was written to a pipe before has gone out; at once where nobody reads it any more. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (!stream.writable) resolve();
    else
      stream.write('', () => {
        resolve();
      });
  });
}

/**
 * The one way out: on a pipe, writing is asynchronous, and what was not written when the process ends is lost. But who
 * reads a daemon's log may stand still.
 */
async function exit(status: number): Promise<never> {
  if (isDaemon) setTimeout(() => process.exit(status), lastWordsMs);
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(status);
}

/**
 * Where Node.js keeps compiled code from one start to the next: the folder that systemd gives this service, or the
 * user's own. Null where there is none, and where it belongs to somebody else, who could put code of theirs there.
 */
function codeCacheFolder(): string | null {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME } = process.env;
  try {
    const [folder, owned] = CACHE_DIRECTORY
      ? [CACHE_DIRECTORY, CACHE_DIRECTORY]
      : XDG_CACHE_HOME
        ? [join(XDG_CACHE_HOME, 'pop-sla'), XDG_CACHE_HOME]
        : [join(homedir(), '.cache', 'pop-sla'), homedir()];
    return statSync(owned).uid === process.geteuid?.() ? folder : null;
  } catch {
    return null;
  }
}

/** Null: the system doesn't say. Node has raised the soft limit to the hard one by now. */
function openFilesAllowed(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
