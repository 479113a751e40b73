import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../support/source-files.js';
import { run, type Finished, type RunOptions } from './command.js';
import type { Lab } from './lab.js';
import type { Namespace } from './namespace.js';

/**
 * A machine with systemd and a network of its own, and with pop-sla where the Debian package puts it. What is written
 * in it goes with it.
 */
export interface Machine {
  readonly namespace: Namespace;
  /** Runs a command line of the shell as root, in /root. */
  readonly sh: (line: string, options?: RunOptions) => Promise<Finished>;
  /** The same, which must succeed; gives what it printed. */
  readonly must: (line: string, options?: RunOptions) => Promise<string>;
}

/** What `requires` asks for where a test has machines. */
export const machineNeeds = {
  namespaces: true,
  mount: true,
  built: true,
  commands: ['unshare', 'nsenter', 'systemctl'],
} as const;

const patienceMs = 60_000;

export async function startMachine(lab: Lab, label: string): Promise<Machine> {
  const namespace = lab.namespace(label);
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-machine-'));
  lab.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const [program = '', ...args] = [
    ...namespace.prefix,
    ...['unshare', '--pid', '--fork', '--mount', '--cgroup', '--uts', '--ipc', '--kill-child'],
    ...[join(root, 'test/lab/machine.sh'), folder, root, realpathSync(process.execPath)],
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  lab.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const deadline = Date.now() + patienceMs;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the machine ${label} did not start: ${said}`);
    const first = firstProcess(child);
    if (first !== null) {
      const state = await run([...entering(first), 'systemctl', 'is-system-running']);
      if (/^(running|degraded)/.test(state.stdout)) break;
    }
    await sleep(100);
  }
  const inside = entering(firstProcess(child) ?? 0);
  const sh: Machine['sh'] = (line, options) =>
    run([...inside, 'sh', '-c', `cd /root && ${line}`], {
      timeoutMs: 120_000,
      ...options,
      env: {
        HOME: '/root',
        LANG: 'C.UTF-8',
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...options?.env,
      },
    });
  const machine: Machine = {
    namespace,
    sh,
    must: async (line, options) => {
      const done = await sh(line, options);
      if (done.code !== 0) throw new Error(`${line}: exit ${done.code ?? '-'}: ${done.stdout}${done.stderr}`);
      return done.stdout;
    },
  };
  await machine.must('sh /usr/lib/pop-sla/config/debian/postinst configure');
  return machine;
}

/** Systemd's, from outside; null: not yet. */
function firstProcess({ pid }: ChildProcess): number | null {
  try {
    const [child = ''] = readFileSync(`/proc/${pid ?? 0}/task/${pid ?? 0}/children`, 'utf8').split(' ');
    const name = readFileSync(`/proc/${child}/comm`, 'utf8').trim();
    return name === 'systemd' ? Number(child) : null;
  } catch {
    return null;
  }
}

const entering = (pid: number): string[] => ['nsenter', '--all', '--target', String(pid), '--'];
