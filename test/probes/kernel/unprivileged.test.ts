import { describe, expect, test } from 'vitest';
import type { RoundResult } from '../../../probes/probe.js';
import { withLab } from '../../lab/lab.js';
import type { Namespace } from '../../lab/namespace.js';
import { requires } from '../../support/requires.js';
import { countsOf, roundOf, type RoundKeys } from '../support/rounds.js';

const script = new URL('../support/measure.mjs', import.meta.url).pathname;
/** Keeps the user (whose files the test reads) and gives away every privilege and the group that root's sockets go by. */
const plain = ['setpriv', '--regid=65534', '--clear-groups', '--bounding-set=-all', '--inh-caps=-all'];

async function measurePlainly(namespace: Namespace, kind: string, rounds: readonly RoundKeys[]) {
  return namespace.run([...plain, process.execPath, script], { input: JSON.stringify({ kind, rounds }) });
}

describe('the kernel kind without privileges', () => {
  const machine = requires({ namespaces: true, tun: true, commands: ['gcc', 'setpriv'], built: true });
  const targets = {
    answers: 1,
    forges: 2,
    repeats: 3,
    truncates: 4,
    flips: 5,
    damages: 6,
    refuses: 7,
    late: 8,
  };
  const count = 5;

  describe.each([4, 6] as const)('with ping_group_range open, over IPv%i', (family) => {
    const addressOf = (name: keyof typeof targets): string =>
      family === 4 ? `10.77.0.${targets[name]}` : `fd77::${targets[name]}`;
    const measured = new Map<string, RoundResult>();

    machine.beforeAll(async () => {
      await withLab(async (lab) => {
        const elsewhere = family === 4 ? '10.77.9.9' : 'fd77::999';
        const error = family === 4 ? { error_type: 11, error_code: 0 } : { error_type: 3, error_code: 0 };
        const { namespace } = await lab.emulator({
          rules: [
            { delay_ms: 10 },
            { match: addressOf('forges'), spoof: 1, spoof_ms: 5, spoof_from: elsewhere },
            { match: addressOf('repeats'), dup: 1, dup_n: 2, dup_ms: 3 },
            { match: addressOf('truncates'), truncate: 1 },
            { match: addressOf('flips'), corrupt: 1 },
            { match: addressOf('damages'), corrupt_ck: 1 },
            { match: addressOf('refuses'), error: 1, error_from: elsewhere, ...error },
            { match: addressOf('late'), late: 1, late_ms: 700 },
          ],
        });
        namespace.sysctl('ipv4/ping_group_range', '0 2147483647');
        const names = Object.keys(targets) as (keyof typeof targets)[];
        const rounds = names.map((name) =>
          roundOf(addressOf(name), { count, intervalMs: 30, lostAfterMs: 500, lateWaitMs: 500 }),
        );
        const done = await measurePlainly(namespace, 'kernel', rounds);
        if (done.code !== 0) throw new Error(done.stderr);
        const results = JSON.parse(done.stdout) as RoundResult[];
        results.forEach((result, index) => measured.set(names[index] ?? '', result));
      });
    });

    test.each([
      ['answers', { received: count, duplicates: 0, mismatched: 0 }],
      ['forges', { received: count, duplicates: 0, mismatched: count }],
      ['repeats', { received: count, duplicates: 2 * count, mismatched: 0 }],
      ['truncates', { received: 0, late: 0, mismatched: count }],
      ['flips', { received: 0, late: 0, mismatched: count }],
      ['damages', { received: 0, late: 0 }],
      ['refuses', { received: 0, errors: count }],
      ['late', { received: 0, late: count }],
    ])('what %s is told apart', (name, counts) => {
      const result = measured.get(name);
      if (!result) throw new Error(`nothing was measured of ${name}`);
      expect(result.ended).toBe('completed');
      for (const size of countsOf(result)) expect(size).toMatchObject({ notSent: 0, ...counts });
    });

    test('both stamps are the kernel’s, of every packet', () => {
      expect(measured.get('answers')?.provenance).toMatchObject({
        stamps: 'kernel-tx-rx',
        fallbackStamps: 0,
      });
    });
  });

  test('with ping_group_range closed it says what would open it', async () => {
    await withLab(async (lab) => {
      const namespace = lab.namespace();
      namespace.sysctl('ipv4/ping_group_range', '1 0');
      const done = await measurePlainly(namespace, 'kernel', [roundOf('127.0.0.1')]);
      expect(done.code).not.toBe(0);
      expect(done.stderr).toContain('sysctl -w net.ipv4.ping_group_range="0 2147483647"');
      expect(done.stderr).toContain('permission: true');
    });
  });

  test('auto then says why, too', async () => {
    await withLab(async (lab) => {
      const namespace = lab.namespace();
      namespace.sysctl('ipv4/ping_group_range', '1 0');
      const done = await measurePlainly(namespace, 'auto', [roundOf('127.0.0.1')]);
      expect(done.stderr).toMatch(/kernel: no ICMPv4 socket: EPERM; net-ping: /);
    });
  });
});
