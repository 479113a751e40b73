import { describe, expect, test } from 'vitest';
import { openKernel, type KernelDriver } from '../../../probes/kernel/driver.js';
import type { EchoRequest, EchoResult } from '../../../probes/probe.js';
import { requires } from '../../support/requires.js';
import { root } from '../../support/source-files.js';
import { silentLog } from '../support/rounds.js';

const entry = new URL(`file://${root}/dist/probes/kernel/worker.js`);
const request = (id: number, change: Partial<EchoRequest> = {}): EchoRequest => ({
  id,
  address: '127.0.0.1',
  icmpBytes: 64,
  patienceMs: 300,
  ...change,
});

describe('single echoes by the kernel kind', () => {
  const machine = requires({ rawSocket: true, built: true });
  let driver: KernelDriver;
  machine.beforeAll(async () => {
    driver = await openKernel({ log: silentLog, entry });
  });
  machine.afterAll(() => driver.close());

  /** Sends, and waits until all have been told. */
  const echo = (by: KernelDriver, requests: readonly EchoRequest[]): Promise<EchoResult[]> =>
    new Promise((resolve) => {
      const all: EchoResult[] = [];
      let returned = false;
      by.echo?.(requests, (results) => {
        expect(returned).toBe(true);
        all.push(...results);
        if (all.length >= requests.length) resolve(all.sort((a, b) => a.id - b.id));
      });
      returned = true;
    });

  test('are answered, each once, with when they left', async () => {
    const fromMs = performance.now();
    const requests = Array.from({ length: 500 }, (_, id) =>
      request(id, { address: `127.0.0.${1 + (id % 200)}` }),
    );
    const results = await echo(driver, requests);
    const untilMs = performance.now();
    expect(results.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
    for (const { outcome, sentAtMs } of results) {
      expect(outcome.kind).toBe('received');
      expect(sentAtMs).toBeGreaterThanOrEqual(fromMs);
      expect(sentAtMs).toBeLessThanOrEqual(untilMs);
    }
  });

  test('run beside rounds', async () => {
    const round = driver.measure({
      address: '127.0.0.2',
      sizes: [{ bytes: 64, icmpBytes: 64 }],
      count: 50,
      intervalMs: 4,
      lostAfterMs: 500,
      lateWaitMs: 100,
      signal: new AbortController().signal,
    });
    const results = await echo(
      driver,
      Array.from({ length: 200 }, (_, id) => request(id)),
    );
    expect(results.filter(({ outcome }) => outcome.kind !== 'received')).toEqual([]);
    const [size] = (await round).sizes;
    expect(size?.packets.filter(({ kind }) => kind !== 'received')).toEqual([]);
    expect(size).toMatchObject({ duplicates: 0, mismatched: 0 });
  });

  test('that can not be sent say so', async () => {
    const results = await echo(driver, [
      request(1, { address: 'pop.example' }),
      request(2, { icmpBytes: 4 }),
      request(3, { options: { source: '192.0.2.77' } }),
      request(4),
    ]);
    expect(results.map(({ outcome }) => outcome.kind)).toEqual([
      'not-sent',
      'not-sent',
      'not-sent',
      'received',
    ]);
  });

  test('in flight when the driver closes are told as not sent, and so are later ones', async () => {
    const own = await openKernel({ log: silentLog, entry });
    const waiting = echo(own, [request(1), request(2)]);
    await own.close();
    expect((await waiting).map(({ id }) => id)).toEqual([1, 2]);
    expect((await echo(own, [request(3)])).map(({ outcome }) => outcome)).toEqual([
      { kind: 'not-sent', reason: 'aborted' },
    ]);
  });
});
