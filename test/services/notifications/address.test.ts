import { describe, expect, test } from 'vitest';
import { addressRules } from '../../../src/services/notifications/targets.js';
import { backoffMs } from '../../../src/services/notifications/outbox.js';

describe('where webhooks may go', () => {
  const { may } = addressRules([]);
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ])('%s is an address of the Internet', (address) => {
    expect(may(address)).toBe(true);
  });
  test.each([
    ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fe80::1%eth0',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '2001:db8::1',
      '2002:7f00:1::',
    ],
    ...[
      '64:ff9b::7f00:1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '0:0:0:0:0:ffff:a00:1',
      '::127.0.0.1',
      'fec0::1',
    ],
    ...['localhost', '', '127.1', '2130706433'],
  ])('%s is none', (address) => {
    expect(may(address)).toBe(false);
  });

  test('what is allowed is, and no more', () => {
    const rules = addressRules([
      { address: '10.1.0.0', prefix: 16 },
      { address: 'fd00::', prefix: 8 },
    ]);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1']) expect(rules.may(address)).toBe(true);
    for (const address of ['10.2.0.1', '127.0.0.1', 'fc00::1']) expect(rules.may(address)).toBe(false);
    expect(rules.isOperatorAddress('8.8.8.8')).toBe(false);
  });
});

test('waits grow to the longest, and half of each is chance', () => {
  const rules = { firstRetryMs: 10_000, longestRetryMs: 3_600_000 };
  expect([1, 2, 3, 10, 100].map((tries) => backoffMs(tries, rules, () => 1))).toEqual([
    ...[10_000, 20_000, 40_000, 3_600_000, 3_600_000],
  ]);
  expect(backoffMs(1, rules, () => 0)).toBe(5_000);
});
