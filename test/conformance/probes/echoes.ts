import { expect, test } from 'vitest';
import type { EchoRequest, EchoResult, ProbeDriver } from '../../../probes/probe.js';

const request = (id: number, address = '127.0.0.11', over: Partial<EchoRequest> = {}): EchoRequest => ({
  id,
  address,
  icmpBytes: 64,
  patienceMs: 500,
  ...over,
});

/** Sends echoes and waits until each was told. */
function echoed(driver: ProbeDriver, requests: readonly EchoRequest[]): Promise<EchoResult[]> {
  const told: EchoResult[] = [];
  return new Promise((resolve) => {
    driver.echo?.(requests, (results) => {
      told.push(...results);
      if (told.length === requests.length) resolve(told);
    });
  });
}

/** What every probe kind must do that sends the echoes of a watch. */
export function echoConformance(opened: () => ProbeDriver): void {
  test('answers single echoes, each once, by the ids it was given', async () => {
    const before = performance.now();
    const results = await echoed(
      opened(),
      [7, 3, 9].map((id) => request(id, `127.0.2.${id}`)),
    );
    expect(results.map(({ id }) => id).sort()).toEqual([3, 7, 9]);
    for (const { outcome, sentAtMs } of results) {
      expect(outcome.kind).toBe('received');
      expect(sentAtMs).toBeGreaterThanOrEqual(before - 1);
      expect(sentAtMs).toBeLessThanOrEqual(performance.now());
    }
  });

  test('answers echoes while rounds run, and the rounds are whole', async () => {
    const round = opened().measure({
      address: '127.0.0.11',
      sizes: [{ bytes: 64, icmpBytes: 64 }],
      count: 20,
      intervalMs: 20,
      lostAfterMs: 500,
      lateWaitMs: 100,
      signal: new AbortController().signal,
    });
    const all = Array.from({ length: 200 }, (_, id) => request(id, `127.0.3.${id + 1}`));
    const results = await echoed(opened(), all);
    expect(results.filter(({ outcome }) => outcome.kind === 'received')).toHaveLength(200);
    expect((await round).sizes[0]?.packets.map(({ kind }) => kind)).toEqual(Array(20).fill('received'));
  });

  test('tells an echo to no address as not sent', async () => {
    const [result] = await echoed(opened(), [request(1, 'nowhere')]);
    expect(result?.outcome).toEqual({ kind: 'not-sent', reason: 'other' });
  });
}

/** Every echo is told although its driver is closed. */
export function echoClosing(open: () => Promise<ProbeDriver>): void {
  test('tells every echo though it is closed meanwhile', async () => {
    const driver = await open();
    const all = Array.from({ length: 50 }, (_, id) => request(id, '127.0.0.11'));
    const results = echoed(driver, all);
    await driver.close();
    expect(await results).toHaveLength(50);
  });
}
