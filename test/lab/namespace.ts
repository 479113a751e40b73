import { randomBytes } from 'node:crypto';
import { must, run } from './command.js';
import type { Finished, RunOptions } from './command.js';

/** A network namespace of its own: nothing in it reaches the machine's network, nor the other way round. */
export interface Namespace {
  readonly name: string;
  /** Put before a command line, it runs in here. */
  readonly prefix: readonly string[];
  run(argv: readonly string[], options?: RunOptions): Promise<Finished>;
  /** For what must succeed: set-up, switches. */
  must(argv: readonly string[], input?: string): string;
  /** Writes a file below /proc/sys/net: most of them belong to the namespace, `ping_group_range` too. */
  sysctl(name: string, value: string): void;
  /** Fetches from a server in here, the way `fetch` does. */
  get(url: string): Promise<{ readonly status: number; readonly body: string }>;
  remove(): void;
}

const fetchScript = `
const r = await fetch(process.argv[1], { signal: AbortSignal.timeout(10000) });
process.stdout.write(JSON.stringify({ status: r.status, body: await r.text() }));
`;

/** Makes a namespace with a fresh name and its loopback up. `lo` takes more addresses of 127/8 without asking. */
export function createNamespace(label = 'ns'): Namespace {
  const name = `lab-${process.pid}-${randomBytes(3).toString('hex')}-${label}`;
  must(['ip', 'netns', 'add', name]);
  const prefix = ['ip', 'netns', 'exec', name];
  const namespace: Namespace = {
    name,
    prefix,
    run: (argv, options) => run([...prefix, ...argv], options),
    must: (argv, input) => must([...prefix, ...argv], input),
    sysctl(key, value) {
      must([...prefix, 'sh', '-c', 'echo "$2" > "/proc/sys/net/$1"', 'sh', key, value]);
    },
    async get(url) {
      const node = [process.execPath, '--input-type=module', '-e', fetchScript, url];
      const done = await run([...prefix, ...node]);
      if (done.code !== 0) throw new Error(`${name}: GET ${url}: ${done.stderr}`);
      return JSON.parse(done.stdout) as { status: number; body: string };
    },
    remove() {
      must(['ip', 'netns', 'del', name]);
    },
  };
  try {
    namespace.must(['ip', 'link', 'set', 'lo', 'up']);
  } catch (error) {
    namespace.remove();
    throw error;
  }
  return namespace;
}
