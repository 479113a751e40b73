import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SoakRun } from './soak.js';

/** Writes a run with its databases and logs into a folder, so that it can be looked at and judged again. */
export function writeRun(run: SoakRun, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [of, file] of Object.entries(run.databases))
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(file + suffix)) copyFileSync(file + suffix, join(folder, `${of}.db${suffix}`));
  writeFileSync(
    join(folder, 'run.json'),
    JSON.stringify(run, (_, value: unknown) => {
      if (typeof value === 'bigint') return `${value}n`;
      return value === Infinity ? 'Infinity' : value;
    }),
  );
}

export function readRun(folder: string): SoakRun {
  const text = readFileSync(join(folder, 'run.json'), 'utf8');
  const run = JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string' && /^\d+n$/.test(value)) return BigInt(value.slice(0, -1));
    return value === 'Infinity' ? Infinity : value;
  }) as SoakRun;
  return Object.assign(run, {
    databases: { agent: join(folder, 'agent.db'), hub: join(folder, 'hub.db') },
  });
}
