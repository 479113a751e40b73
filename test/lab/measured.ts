import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileConfig } from '../support/config-file.js';
import { writeConfig } from '../support/config-file.js';
import { popSla } from '../support/pop-sla.js';
import type { Slot, SlotSize } from '../support/slots.js';
import type { Namespace } from './namespace.js';

/** What `pop-sla probe` measures now from inside a namespace, by the destination's id. */
export async function measure(
  namespace: Namespace,
  targets: Readonly<Record<string, string>>,
  changes: FileConfig = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, Slot>>> {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-measure-'));
  try {
    const config = writeConfig(folder, {
      driver: 'net-ping',
      ...changes,
      pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...popsOf(targets)],
    });
    const argv = ['probe', '--config', config, '--json'];
    const done = await popSla(argv, {
      prefix: namespace.prefix,
      cwd: folder,
      env: { ...process.env, ...env },
    });
    if (done.stdout === '') throw new Error(`pop-sla probe: exit ${String(done.code)}: ${done.stderr}`);
    const { rounds } = JSON.parse(done.stdout) as { rounds: Slot[] };
    return Object.fromEntries(rounds.map((round) => [round.path.replace('HKG>', ''), round]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const popsOf = (targets: Readonly<Record<string, string>>): Record<string, unknown>[] =>
  Object.entries(targets).map(([id, address]) => ({
    id,
    [address.includes(':') ? 'ipv6' : 'ipv4']: address,
  }));

/** The figures of all of a round's sizes together. */
export function total(slot: Slot | undefined): Omit<SlotSize, 'bytes' | 'lossPpm' | 'rttMeanUs'> {
  if (!slot) throw new Error('no such round');
  const sum = (
    key: 'sent' | 'received' | 'lost' | 'late' | 'errors' | 'notSent' | 'duplicates' | 'mismatched',
  ) => slot.sizes.reduce((all, size) => all + size[key], 0);
  const known = (key: 'rttMinUs' | 'rttMaxUs'): number[] =>
    slot.sizes.map((size) => size[key]).filter((us) => us !== null);
  const [least, most] = [known('rttMinUs'), known('rttMaxUs')];
  return {
    sent: sum('sent'),
    received: sum('received'),
    lost: sum('lost'),
    late: sum('late'),
    errors: sum('errors'),
    notSent: sum('notSent'),
    duplicates: sum('duplicates'),
    mismatched: sum('mismatched'),
    rttMinUs: least.length === 0 ? null : Math.min(...least),
    rttMaxUs: most.length === 0 ? null : Math.max(...most),
  };
}
