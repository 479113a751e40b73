import { expect, test } from 'vitest';
import type { EchoRequest, EchoResult } from '../../../probes/probe.js';
import { openSimulated } from '../../../probes/simulated/driver.js';
import type { SimulatedRule } from '../../../probes/simulated/script.js';
import { keptLog } from '../../support/log.js';
import { virtualTime } from '../../support/virtual-time.js';

const start = Date.parse('2026-10-01T00:00:00Z');
const always = { address: null, from: null, to: null };

const request = (id: number, address = '192.0.2.1'): EchoRequest => ({
  id,
  address,
  icmpBytes: 64,
  patienceMs: 2_000,
});

function network(rules: readonly SimulatedRule[]) {
  const time = virtualTime(start);
  const driver = openSimulated({ log: keptLog().log, script: { seed: 3, rules }, clock: time.clock });
  const told: EchoResult[] = [];
  const echo = (...requests: EchoRequest[]): void =>
    driver.echo?.(requests, (results) => told.push(...results));
  return { time, driver, told, echo };
}

test('an echo is answered after its delay, to the microsecond', async () => {
  const { time, told, echo } = network([{ ...always, delayUs: 20_250 }]);
  await time.pass(1_000);
  echo(request(1), request(2));
  await time.pass(20);
  expect(told).toEqual([]);
  await time.pass(1);
  expect(told).toEqual(
    [1, 2].map((id) => ({ id, sentAtMs: 1_000, outcome: { kind: 'received', rttUs: 20_250 } })),
  );
});

test('an echo is lost when the patience has passed, and not before', async () => {
  const { time, told, echo } = network([
    { ...always, delayUs: 2_000_000 },
    { ...always, address: '192.0.2.2', delayUs: 2_000_001 },
    { ...always, address: '192.0.2.3', down: true },
  ]);
  echo(request(1), request(2, '192.0.2.2'), request(3, '192.0.2.3'));
  await time.pass(1_999);
  expect(told).toEqual([]);
  await time.pass(1);
  expect(told.map(({ id, outcome }) => [id, outcome.kind])).toEqual([
    [1, 'received'],
    [2, 'lost'],
    [3, 'lost'],
  ]);
});

test('echoes are lost by chance, each its own', async () => {
  const { time, told, echo } = network([{ ...always, loss: 0.2 }]);
  echo(...Array.from({ length: 1_000 }, (_, id) => request(id)));
  await time.pass(2_000);
  expect(told).toHaveLength(1_000);
  const gone = told.filter(({ outcome }) => outcome.kind === 'lost').length;
  expect(gone).toBeGreaterThan(150);
  expect(gone).toBeLessThan(250);
});

test('an echo to no address was never sent; what is in flight at a close was cut off', async () => {
  const { time, told, echo, driver } = network([{ ...always, down: true }]);
  echo(request(1, 'nowhere'));
  await time.pass(0);
  expect(told[0]?.outcome).toEqual({ kind: 'not-sent', reason: 'other' });
  echo(request(2));
  await driver.close();
  await time.pass(0);
  expect(told[1]?.outcome).toEqual({ kind: 'not-sent', reason: 'aborted' });
});
