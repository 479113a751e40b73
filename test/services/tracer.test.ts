import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.js';
import type { Round } from '../../src/core/measurement/round.js';
import type { TraceRun } from '../../src/core/trace/trace.js';
import type { WatchRecord } from '../../src/core/watch/outage.js';
import { createTracer } from '../../src/services/tracer.js';
import { contractPlan } from '../../src/app/configuration.js';
import { configText, testConfig } from '../support/config.js';
import { keptLog } from '../support/log.js';
import { packets, round, sample } from '../store/support.js';
import { virtualTime } from '../support/virtual-time.js';

const runs: TraceRun[] = [{ method: 'icmp', hops: [], reached: true, failure: null }];
const text = `${configText}
commitments:
  - { path: 'LAB1>LAB2', latency: 35ms }
watch: { ports: [LAB2, LAB3], references: [192.0.2.1, 192.0.2.2] }
`;

function rig(config: Config = testConfig(text)) {
  const time = virtualTime(Date.UTC(2026, 9, 12));
  const stored: WatchRecord[] = [];
  const asked: string[] = [];
  const tracer = createTracer({
    clock: time.clock,
    driver: {
      kind: 'kernel',
      trace: ({ address }) => {
        asked.push(address);
        return Promise.resolve(runs);
      },
    },
    resolve: () => Promise.resolve('192.0.2.3'),
    store: {
      put: (record) => {
        stored.push(record);
        return Promise.resolve();
      },
      traces: () => Promise.resolve([]),
    },
    config: () => config,
    defaultPlan: contractPlan(),
    log: keptLog().log,
  });
  const ended = new AbortController();
  const keeping = tracer.keep(ended.signal);
  const measured = (rttUs: number): Round =>
    round({
      path: 'LAB1>LAB2',
      slot: time.clock.now(),
      sizes: [64, 128, 512].map((bytes) => sample(bytes, packets(rttUs, rttUs))),
    });
  return {
    time,
    asked,
    tracer,
    measured,
    traced: () => stored.flatMap(({ traces = [] }) => traces.map(({ port, reason }) => `${port} ${reason}`)),
    stop: async () => {
      ended.abort();
      await keeping;
    },
  };
}

test('a round that turns severe is traced once, and not again while it stays so', async () => {
  const { time, tracer, measured, traced, asked, stop } = rig();
  tracer.events.roundStored(measured(35_000));
  await time.pass(2_000);
  expect(traced()).toEqual([]);
  for (let n = 0; n < 3; n += 1) {
    tracer.events.roundStored(measured(60_000));
    await time.pass(30 * 60_000);
  }
  expect(traced()).toEqual(['LAB2 severe']);
  expect(asked).toEqual(['127.0.0.12']);
  tracer.events.roundStored(measured(35_000));
  tracer.events.roundStored(measured(60_000));
  await time.pass(2_000);
  expect(traced()).toEqual(['LAB2 severe', 'LAB2 severe']);
  await stop();
});

test('a path that flaps is traced once in five minutes', async () => {
  const { time, tracer, measured, traced, stop } = rig();
  for (let n = 0; n < 4; n += 1) {
    tracer.events.roundStored(measured(60_000));
    tracer.events.roundStored(measured(35_000));
    await time.pass(60_000);
  }
  expect(traced()).toEqual(['LAB2 severe']);
  await stop();
});

test('a round of a path without a commitment is never severe', async () => {
  const { time, tracer, measured, traced, stop } = rig(testConfig(text.replace(/commitments:\n.*\n/, '')));
  tracer.events.roundStored(measured(900_000));
  await time.pass(2_000);
  expect(traced()).toEqual([]);
  await stop();
});
