import { describe, expect, test } from 'vitest';
import { requires } from '../support/requires.js';
import type { Slot } from '../support/slots.js';
import { createLab } from './lab.js';
import { measure, total } from './measured.js';
import type { ScenarioRule } from './scenario.js';
import type { TruthLine } from './truth.js';

/** 10 packets of each of three sizes. */
const packets = 10;
const all = 3 * packets;
const measurement = { packets, packetInterval: '60ms', lostAfter: '300ms', lateWait: '500ms', every: '5s' };
const delayMs = 20;

/** What each PoP does to its replies, and what is to come of it. */
const pops: Readonly<
  Record<string, { readonly does: ScenarioRule; readonly is: Partial<ReturnType<typeof total>> }>
> = {
  sound: { does: {}, is: { received: all, lost: 0, duplicates: 0, mismatched: 0 } },
  silent: { does: { loss: 1 }, is: { received: 0, lost: all } },
  'wrong-source': {
    does: { spoof: 1, spoof_from: '10.77.200.200', spoof_ms: 2 },
    is: { received: all, lost: 0, duplicates: 0 },
  },
  'wrong-source-only': {
    does: { spoof: 1, spoof_from: '10.77.200.200', late: 1, late_ms: 5000 },
    is: { received: 0, lost: all },
  },
  'wrong-payload': { does: { corrupt: 1 }, is: { received: 0, lost: all, mismatched: all } },
  'wrong-checksum': { does: { corrupt_ck: 1 }, is: { received: 0, lost: all } },
  truncated: { does: { truncate: 1 }, is: { received: 0, lost: all, mismatched: all } },
  duplicated: {
    does: { dup: 1, dup_n: 2, dup_ms: 3 },
    is: { received: all, lost: 0, duplicates: 2 * all, mismatched: 0 },
  },
  late: { does: { late: 1, late_ms: 450 }, is: { received: 0, lost: all, late: all } },
  reordered: {
    does: { reorder: 0.5, reorder_ms: 70 },
    is: { received: all, lost: 0, duplicates: 0, mismatched: 0 },
  },
  unreachable: {
    does: { error: 1, error_type: 3, error_code: 1, error_from: '10.77.9.9' },
    is: { received: 0, lost: all, errors: all },
  },
  'unreachable-and-yet': {
    does: { error: 1, error_type: 3, error_code: 1, error_from: '10.77.9.9', error_also_reply: 1 },
    is: { received: all, lost: 0 },
  },
};
const ids = Object.keys(pops);

/** One round to a network where everything is wrong that can be, all of it at a time. */
const families = {
  IPv4: (index: number) => `10.77.0.${index + 1}`,
  IPv6: (index: number) => `fd77::${index + 1}`,
} as const;

describe.each([
  ['net-ping', 'IPv4'],
  ['net-ping', 'IPv6'],
  ['kernel', 'IPv4'],
  ['kernel', 'IPv6'],
] as const)('replies to the %s kind over %s', (kind, family) => {
  const addressOf = families[family];
  const { missing, ...hooks } = requires({
    namespaces: true,
    tun: true,
    netPing: true,
    commands: ['gcc'],
    built: true,
  });
  const lab = missing === null ? createLab() : null;
  let rounds: Readonly<Record<string, Slot>> = {};
  let truth: TruthLine[] = [];

  hooks.beforeAll(async () => {
    const rules = Object.values(pops).map(({ does }, index) => ({
      ...(family === 'IPv6' ? six(does) : does),
      match: addressOf(index),
    }));
    const emulated = await lab?.emulator({ seed: 3, rules: [{ delay_ms: delayMs }, ...rules] });
    if (!emulated) return;
    const targets = Object.fromEntries(ids.map((id, index) => [id, addressOf(index)]));
    rounds = await measure(emulated.namespace, targets, { measurement, driver: kind });
    truth = await emulated.emulator.stop();
  });
  hooks.afterAll(() => lab?.close());

  test.each(ids)('%s', (id) => {
    const figures = total(rounds[id]);
    expect(figures).toMatchObject({ sent: all, notSent: 0, ...pops[id]?.is });
    const asked = truth.filter(
      ({ destination, what }) => destination === addressOf(ids.indexOf(id)) && what !== 'dup',
    );
    // Every packet really went, in its size.
    expect(new Set(asked.map(({ n }) => n)).size).toBe(all);
    for (const size of rounds[id]?.sizes ?? [])
      expect(new Set(asked.filter(({ bytes }) => bytes === size.bytes).map(({ n }) => n)).size).toBe(packets);
    // No reply was faster than the network, whoever claimed to be one.
    if (figures.rttMinUs !== null) expect(figures.rttMinUs).toBeGreaterThanOrEqual(delayMs * 1000);
  });

  test('the time of a sound PoP is its delay and a little of our own', () => {
    const { rttMinUs } = total(rounds['sound']);
    expect(rttMinUs).toBeGreaterThanOrEqual(delayMs * 1000);
    expect(rttMinUs).toBeLessThan(delayMs * 1000 + 5000);
  });
});

/** The same fault in ICMPv6: "address unreachable", from a router of its own. */
function six(rule: ScenarioRule): ScenarioRule {
  return {
    ...rule,
    ...(rule.spoof_from && { spoof_from: 'fd77::c8' }),
    ...(rule.error_from && { error_from: 'fd77::99' }),
    ...(rule.error_type && { error_type: 1, error_code: 3 }),
  };
}
