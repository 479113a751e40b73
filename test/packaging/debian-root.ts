import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { must, run, type Finished, type RunOptions } from '../lab/command.js';
import { root } from '../support/source-files.js';

/** A minimal Debian in a folder, with /proc and /dev, and no compiler, no Node.js and no systemd in it. */
export interface DebianRoot {
  readonly path: (...parts: string[]) => string;
  /** Runs a command line of the shell inside. */
  readonly sh: (line: string, options?: RunOptions & { readonly user?: string }) => Promise<Finished>;
  /** The same, which must succeed; gives what it printed. */
  readonly must: (line: string, options?: RunOptions & { readonly user?: string }) => Promise<string>;
  readonly remove: () => void;
}

export async function debianRoot(): Promise<DebianRoot> {
  // Not below a folder that only root may enter: users of the root live there.
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-root-'));
  must(['chmod', '755', folder]);
  const made = await run([join(root, '.ci', 'debian-root'), folder], {
    env: process.env,
    timeoutMs: 600_000,
  });
  if (made.code !== 0) throw new Error(`no minimal Debian: ${made.stderr}`);
  const path = (...parts: string[]) => join(folder, ...parts);
  const mounted = ['proc', 'dev'].map((name) => path(name));
  must(['mount', '-t', 'proc', 'proc', path('proc')]);
  must(['mount', '--bind', '/dev', path('dev')]);
  // Names and certificates as this machine has them.
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt']) {
    if (!existsSync(file)) continue;
    mkdirSync(path(file, '..'), { recursive: true });
    copyFileSync(file, path(file));
  }
  const sh: DebianRoot['sh'] = (line, { user = 'root', ...options } = {}) =>
    run(['chroot', `--userspec=${user}`, folder, '/bin/sh', '-c', line], {
      timeoutMs: 600_000,
      ...options,
      env: {
        ...process.env,
        HOME: '/root',
        PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
        ...options.env,
      },
    });
  return {
    path,
    sh,
    must: async (line, options) => {
      const done = await sh(line, options);
      if (done.code !== 0) throw new Error(`${line}: exit ${done.code ?? '-'}: ${done.stdout}${done.stderr}`);
      return done.stdout;
    },
    remove: () => {
      for (const one of mounted) must(['umount', '--lazy', one]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
