import { spawn, spawnSync } from 'node:child_process';

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** The program is killed after this; 60 s unless told. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end, whatever the end; rejects only when it can't be started. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('no program given');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env,
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** Runs a program that must succeed, and gives back what it printed. Synchronous: for setting up and tearing down. */
export function must(argv: readonly string[], input?: string): string {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('no program given');
  const done = spawnSync(program, args, { encoding: 'utf8', input: input ?? '', timeout: 60_000 });
  if (done.error) throw new Error(`${argv.join(' ')}: ${done.error.message}`);
  if (done.status !== 0)
    throw new Error(`${argv.join(' ')}: exit ${done.status ?? 'by signal'}: ${done.stderr}`);
  return done.stdout;
}
