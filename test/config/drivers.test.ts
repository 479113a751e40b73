import { expect, test } from 'vitest';
import { kindNames, openDriver } from '../../probes/kinds.js';
import { driverNames, driversWithoutEcho } from '../../src/config/defaults.js';
import { realClock } from '../conformance/probes/real-clock.js';
import { keptLog } from '../support/log.js';

test('every probe kind can be named in a config', () => {
  expect(kindNames.filter((name) => !(driverNames as readonly string[]).includes(name))).toEqual([]);
});

// The other kinds' echoes have a suite of their own.
test.for(['simulated', 'fping'] as const)(
  'it is known whether %s can watch a port',
  async (kind, { skip }) => {
    const { log } = keptLog();
    const opened = await openDriver(kind, { log, simulated: null, clock: realClock }).catch(() => null);
    if (opened === null) return skip(`${kind} does not work on this machine`);
    const watches = opened.echo !== undefined;
    await opened.close();
    expect(watches).toBe(!driversWithoutEcho.includes(kind));
  },
);
