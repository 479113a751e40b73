import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a test's config file says; the keys are the file's own. */
export interface FileConfig {
  readonly agent?: string;
  readonly pops?: readonly Record<string, unknown>[];
  readonly paths?: unknown;
  readonly measurement?: Readonly<Record<string, unknown>>;
  readonly watch?: Readonly<Record<string, unknown>>;
  readonly trace?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, string>>;
  readonly driver?: unknown;
  readonly store?: Readonly<Record<string, unknown>>;
  readonly http?: Readonly<Record<string, unknown>>;
  readonly notifications?: Readonly<Record<string, unknown>>;
  readonly log?: Readonly<Record<string, unknown>>;
}

/** Rounds that are over in half a second, so that a test sees many. */
export const quick = {
  every: '2s',
  packets: 5,
  sizes: [64, 128, 512],
  packetInterval: '40ms',
  lostAfter: '200ms',
  lateWait: '100ms',
  spread: '0s',
} as const;

/** Rounds that take ten seconds, so that a test finds one in flight. */
export const slow = { ...quick, every: '20s', packets: 100, packetInterval: '100ms' } as const;

/** A network on paper: no privilege is needed. */
export const simulated = { kind: 'simulated', seed: 7, rules: [{ delay: '2ms', jitter: '100us' }] } as const;

export const threePops = [
  { id: 'HKG', name: 'Hong Kong', ipv4: '127.0.0.11' },
  { id: 'SIN', name: 'Singapore', ipv4: '127.0.0.12' },
  { id: 'FRA', name: 'Frankfurt', ipv4: '127.0.0.13' },
] as const;

/** Writes a config file for a quick simulated daemon, changed by `changes`, into `folder`, and gives back its name. */
export function writeConfig(folder: string, changes: FileConfig = {}): string {
  const config = {
    agent: 'HKG',
    pops: threePops,
    driver: simulated,
    ...changes,
    measurement: { ...quick, ...changes.measurement },
    store: { path: join(folder, 'data', 'pop-sla.db'), ...changes.store },
    http: { listen: '127.0.0.1:0', ...changes.http },
    log: { format: 'json', ...changes.log },
  };
  const file = join(folder, 'pop-sla.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}
