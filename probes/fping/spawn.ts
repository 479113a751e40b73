import { spawn } from 'node:child_process';

export interface FpingRun {
  /** Null when it was ended by a signal or could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started; null when it was. */
  readonly failure: string | null;
}

/** After SIGINT it prints what it has; if it does not end by then, it is killed. */
const graceMs = 1000;

/** Runs fping to its end. Aborting asks it to stop and print. Never rejects. */
export function runFping(program: string, args: readonly string[], signal: AbortSignal): Promise<FpingRun> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let failure: string | null = null;
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGINT');
      killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => (failure = error.message));
    child.on('close', (code) => {
      clearTimeout(killer);
      signal.removeEventListener('abort', stop);
      resolve({ code, stdout, stderr, failure });
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
