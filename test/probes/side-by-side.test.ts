import { expect, test } from 'vitest';
import { comparableKinds, sideBySide } from '../../probes/side-by-side.js';
import { realClock } from '../conformance/probes/real-clock.js';
import { roundOf, silentLog } from './support/rounds.js';

const rule = { address: null, from: null, to: null, delayUs: 2000 };
const options = { log: silentLog, simulated: { seed: 1, rules: [rule] }, clock: realClock };
const request = { ...roundOf('127.0.0.1', { count: 4 }), signal: new AbortController().signal };

test('the kinds that send packets are put side by side, and no others', () => {
  expect([...comparableKinds].sort()).toEqual(['fping', 'kernel', 'net-ping']);
});

test('each kind has its row; one that can not run says why', async () => {
  expect(await sideBySide(options, request, ['simulated', 'icmp'])).toEqual([
    {
      kind: 'simulated',
      usable: true,
      stamps: 'simulated',
      sent: 12,
      received: 12,
      rttUs: { min: 2000, p50: 2000, p99: 2000 },
      sendLagUs: null,
    },
    expect.objectContaining({ kind: 'icmp', usable: false, reason: 'there is no probe kind "icmp"' }),
  ]);
});

test('a round that fails has a row that says why', async () => {
  const [row] = await sideBySide(options, { ...request, address: 'pop.example' }, ['simulated']);
  expect(row).toMatchObject({ usable: false, remedy: null });
});
