import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProbeDriver, Progress, RoundResult } from '../../../probes/probe.js';
import { stampSources } from '../../../src/core/measurement/round.js';
import { countsOf, kindsOf, roundOf, type RoundKeys } from '../../probes/support/rounds.js';
import { whatIsMissing } from '../../support/requires.js';
import { echoClosing, echoConformance } from './echoes.js';

export interface Subject {
  readonly kind: string;
  /** Rejects when the kind can't run here: its tests are skipped with what it says. */
  open(): Promise<ProbeDriver>;
  /** Whether the kind sends the single echoes of the watch, too; one that starts a program a round does not. */
  readonly echoes: boolean;
  /** Measures rounds where every request is swallowed; null: as `open`, with these addresses. */
  silent(rounds: readonly RoundKeys[]): Promise<RoundResult[]>;
  /** Why `silent` can't be had here; null when it can. */
  readonly silentMissing: string | null;
}

const never = new AbortController().signal;
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What every probe kind must do. Addresses of 127/8 and ::1 answer. */
export function conformance(subject: Subject): void {
  describe(`the probe kind ${subject.kind}`, () => {
    let driver: ProbeDriver | null = null;
    let unavailable = '';
    const opened = (): ProbeDriver => {
      if (!driver) throw new Error(unavailable);
      return driver;
    };
    beforeAll(async () => {
      driver = await subject.open().catch((error: unknown) => {
        unavailable = String(error);
        return null;
      });
    });
    beforeEach(({ skip }) => {
      if (!driver) skip(unavailable);
    });
    afterAll(() => driver?.close());

    test(`sends ${subject.echoes ? 'single echoes, too' : 'rounds only'}`, () => {
      expect(opened().echo !== undefined).toBe(subject.echoes);
    });
    if (subject.echoes) {
      echoConformance(opened);
      echoClosing(() => subject.open());
    }

    test('bears its name', () => {
      expect(opened().kind).not.toBe('');
    });

    test('gives every packet of every size, sizes in the order asked for', async () => {
      const sizes = [512, 64, 128].map((bytes) => ({ bytes, icmpBytes: bytes }));
      const result = await opened().measure({ ...roundOf('127.0.0.11', { sizes }), signal: never });
      expect(result).toMatchObject({ ended: 'completed', reason: null });
      expect(result.sizes.map((size) => size.bytes)).toEqual([512, 64, 128]);
      for (const size of countsOf(result))
        expect(size).toMatchObject({ sent: 10, received: 10, notSent: 0, duplicates: 0, mismatched: 0 });
      for (const size of countsOf(result)) expect(size.rttMaxUs).toBeLessThanOrEqual(2_000_000);
    });

    test('names a size as it was asked to, whatever length it sends', async () => {
      const sizes = [{ bytes: 64, icmpBytes: 44 }];
      const result = await opened().measure({ ...roundOf('127.0.0.11', { sizes }), signal: never });
      expect(countsOf(result)).toMatchObject([{ bytes: 64, received: 10 }]);
    });

    test('measures IPv6', async ({ skip }) => {
      const missing = whatIsMissing({ ipv6: true });
      if (missing !== null) skip(missing);
      const result = await opened().measure({ ...roundOf('::1'), signal: never });
      expect(result).toMatchObject({ ended: 'completed', reason: null });
      expect(countsOf(result).map((size) => size.received)).toEqual([10, 10, 10]);
    });

    test('measures one packet of one size', async () => {
      const sizes = [{ bytes: 64, icmpBytes: 64 }];
      const result = await opened().measure({ ...roundOf('127.0.0.11', { sizes, count: 1 }), signal: never });
      expect(kindsOf(result)).toEqual(['received']);
    });

    test('measures many paths at a time, one of them twice', async () => {
      const hosts = [...Array.from({ length: 30 }, (_, host) => `127.0.1.${host + 1}`), '127.0.1.7'];
      const results = await Promise.all(
        hosts.map((address) => opened().measure({ ...roundOf(address), signal: never })),
      );
      for (const result of results) {
        expect(result.ended).toBe('completed');
        for (const size of countsOf(result))
          expect(size).toMatchObject({ sent: 10, received: 10, duplicates: 0, mismatched: 0 });
      }
    });

    test('says how its figures were taken', async () => {
      const { provenance } = await opened().measure({ ...roundOf('127.0.0.11'), signal: never });
      expect(stampSources).toContain(provenance.stamps);
      expect(provenance.stamps === 'simulated').toBe(subject.kind === 'simulated');
      expect(Number.isInteger(provenance.fallbackStamps)).toBe(true);
      for (const figure of [provenance.socketDrops, provenance.sendLagUs])
        if (figure !== null) expect(Number.isInteger(figure) && figure >= 0).toBe(true);
      expect(provenance.socketDrops ?? 0).toBe(0);
    });

    test('tells how far it is, at most some ten times a second', async () => {
      const seen: Progress[] = [];
      const startedMs = performance.now();
      const result = await opened().measure({
        ...roundOf('127.0.0.11', { count: 20, intervalMs: 60 }),
        signal: never,
        onProgress: (progress) => seen.push(progress),
      });
      const seconds = (performance.now() - startedMs) / 1000;
      expect(result.ended).toBe('completed');
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.length).toBeLessThanOrEqual(Math.ceil(seconds * 12) + 1);
      expect(new Set(seen.map((progress) => progress.total))).toEqual(new Set([60]));
      for (const { sent, received, total } of seen) {
        expect(received).toBeLessThanOrEqual(sent);
        expect(sent).toBeLessThanOrEqual(total);
      }
      expect(seen.map((progress) => progress.sent)).toEqual(
        seen.map((progress) => progress.sent).sort((a, b) => a - b),
      );
    });

    test('ends early when it is told to, with what was measured until then', async () => {
      const controller = new AbortController();
      const round = opened().measure({
        ...roundOf('127.0.0.11', { count: 40, intervalMs: 100 }),
        signal: controller.signal,
      });
      await soon(600);
      controller.abort();
      const startedMs = performance.now();
      const result = await round;
      expect(performance.now() - startedMs).toBeLessThan(3000);
      expect(result.ended).toBe('aborted');
      expect(result.reason).not.toBeNull();
      expect(result.sizes.map((size) => size.packets.length)).toEqual([40, 40, 40]);
      for (const [index, size] of countsOf(result).entries()) {
        expect(size.received).toBeGreaterThan(0);
        expect(size.received + size.notSent).toBe(40);
        // What was measured comes first, and what was left out is said to be left out by the abort.
        expect(kindsOf(result, index).lastIndexOf('received')).toBeLessThan(size.received + 1);
        for (const packet of result.sizes[index]?.packets ?? [])
          if (packet.kind === 'not-sent') expect(['aborted', 'in-flight']).toContain(packet.reason);
      }
    });

    test('sends nothing when it is told to end before it began', async () => {
      const result = await opened().measure({ ...roundOf('127.0.0.11'), signal: AbortSignal.abort() });
      expect(result.ended).toBe('aborted');
      expect(countsOf(result).map((size) => [size.sent, size.notSent])).toEqual([
        [0, 10],
        [0, 10],
        [0, 10],
      ]);
    });

    test('fails a round to what is no address', async () => {
      const result = await opened().measure({ ...roundOf('pop.example'), signal: never });
      expect(result).toMatchObject({ ended: 'failed', sizes: [] });
      expect(result.reason).toContain('pop.example');
    });

    test('sets what a path asks of its packets, or fails the round and says what it can not set', async () => {
      const result = await opened().measure({ ...roundOf('127.0.0.11'), options: { ttl: 9 }, signal: never });
      if (result.ended === 'failed') expect(result.reason).toContain('ttl');
      else expect(countsOf(result).map((size) => size.received)).toEqual([10, 10, 10]);
    });

    test.each([
      ['of no packet', { count: 0 }],
      ['of no size', { sizes: [] }],
      ['shorter than an ICMP header', { sizes: [{ bytes: 4, icmpBytes: 4 }] }],
      ['longer than an IP packet', { sizes: [{ bytes: 70_000, icmpBytes: 70_000 }] }],
      ['to an address that nobody may send to', { address: '0.0.0.1', count: 2 }],
    ])('does not reject a round %s', async (_what, change) => {
      const round = roundOf('127.0.0.11', { count: 2, lostAfterMs: 300, lateWaitMs: 100, ...change });
      const result = await opened().measure({ ...round, signal: never });
      const received = countsOf(result).reduce((sum, size) => sum + size.received, 0);
      expect(received).toBe(subject.kind === 'simulated' && round.address === '0.0.0.1' ? 6 : 0);
    });

    test('calls every packet to a silent target lost, once it has been waited for', async ({ skip }) => {
      if (subject.silentMissing !== null) skip(subject.silentMissing);
      const startedMs = performance.now();
      const [result] = await subject.silent([roundOf('127.0.0.21', { lostAfterMs: 700, lateWaitMs: 300 })]);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1000);
      if (!result) throw new Error('no result');
      expect(result).toMatchObject({ ended: 'completed', reason: null });
      for (const size of countsOf(result))
        expect(size).toMatchObject({ sent: 10, received: 0, late: 0, errors: 0, notSent: 0 });
    });

    test('ends its rounds when it is closed, twice if need be, and rejects none after', async () => {
      const own = await subject.open();
      const round = own.measure({ ...roundOf('127.0.0.11', { intervalMs: 1000 }), signal: never });
      await soon(300);
      await own.close();
      const result = await round;
      expect(result.ended).toBe('aborted');
      expect(result.sizes.map((size) => size.packets.length)).toEqual([10, 10, 10]);
      await own.close();
      const after = await own.measure({ ...roundOf('127.0.0.11'), signal: never });
      expect(after.ended).not.toBe('completed');
      expect(after.reason).not.toBeNull();
    });
  });
}
