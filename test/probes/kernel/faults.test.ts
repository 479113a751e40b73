import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openKernel } from '../../../probes/kernel/driver.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { countsOf, roundOf, silentLog } from '../support/rounds.js';

const signal = new AbortController().signal;
const silenceMs = 1000;

const entry = new URL('./fixtures/dying-worker.mjs', import.meta.url);

/** Sockets and event counters that this process has open. */
const openOnes = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).match(/^socket:|eventfd/) ? [fd] : [];
    } catch {
      return [];
    }
  });

describe('a worker of the kernel kind that', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  requires({ rawSocket: true, built: true });

  test.each([
    ['error', 'dies', /the probe thread died: killed by the test/],
    ['silence', 'stands still', /the probe thread gave no sign of life for 1 s/],
  ])('(%s) %s costs the rounds in flight, and is replaced', async (how, _what, reason) => {
    vi.stubEnv('DYING_HOW', how);
    vi.stubEnv('DYING_MARKER', join(tempDir(), 'first-life-is-over'));
    const before = openOnes().length;
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_fields: object, message: string) => warnings.push(message) };
    const driver = await openKernel({ log, entry, silenceMs });
    const startedMs = performance.now();
    const [watched, other] = await Promise.all([
      driver.measure({ ...roundOf('127.0.0.1', { count: 30 }), signal, onProgress: () => undefined }),
      driver.measure({ ...roundOf('127.0.0.2', { count: 30 }), signal }),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    for (const result of [watched, other]) {
      expect(result).toMatchObject({ ended: 'failed', sizes: [] });
      expect(result.reason).toMatch(reason);
    }
    expect(warnings.join()).toMatch(reason);

    let healed = await driver.measure({ ...roundOf('127.0.0.1'), signal });
    for (let tries = 0; healed.ended === 'failed' && tries < 50; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      healed = await driver.measure({ ...roundOf('127.0.0.1'), signal });
    }
    expect(countsOf(healed).map((size) => size.received)).toEqual([10, 10, 10]);
    await driver.close();
    expect(openOnes().length).toBe(before);
  });

  test('can not even start makes the kind unavailable', async () => {
    const nowhere = new URL('./fixtures/no-such-worker.mjs', import.meta.url);
    await expect(openKernel({ log: silentLog, entry: nowhere })).rejects.toMatchObject({
      name: 'ProbeUnavailable',
      permission: false,
    });
  });
});
