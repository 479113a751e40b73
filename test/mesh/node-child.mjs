// An agent or a hub in a process of its own, which a test can kill at a chosen point. It takes commands line by line:
//   rounds N     stores the next N rounds, one transaction each, and a missing mark after every seventh
//   outage open  an outage begins; `outage end` ends the latest
//   stop         ends in order
import { createInterface } from 'node:readline';
import { connect } from '@nats-io/transport-node';
import { systemClock } from '../../dist/src/engine/clock.js';
import { keepIngesting } from '../../dist/src/mesh/ingest.js';
import { keepSending } from '../../dist/src/mesh/outbox.js';
import { openPostgresStore } from '../../dist/src/store/postgres/open.js';
import { openSqliteStore } from '../../dist/src/store/sqlite/open.js';

const {
  role,
  file,
  postgres,
  url,
  pop,
  from = 0,
  die,
  dieAfter = 1,
  settings = {},
} = JSON.parse(process.argv[2]);
const slotOf = (n) => Date.UTC(2026, 9, 1) + n * 1_800_000;
const say = (line) => process.stdout.write(`${line}\n`);
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (fields, message) => process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`),
  ]),
);

let passes = 0;
const maybeDie = (point) => {
  if (point !== die) return;
  passes += 1;
  if (passes >= dieAfter) process.kill(process.pid, 'SIGKILL');
};

const store = postgres ? await openPostgresStore({ url: postgres }) : await openSqliteStore({ path: file });
const connection = await connect({
  servers: url,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 100,
  waitOnFirstConnect: true,
});
const ending = new AbortController();

function keep() {
  if (role === 'hub') {
    const rows = {
      merge: async (given) => {
        maybeDie('before-commit');
        const merged = await store.rows.merge(given);
        maybeDie('after-commit');
        return merged;
      },
    };
    const streams = { replicas: 1, keepMs: 86_400_000, ackWaitMs: 2_000 };
    return keepIngesting(
      { connection, store: { rows, upkeep: store.upkeep }, streams, clock: systemClock, log },
      ending.signal,
    );
  }
  const forward = {
    ...store.forward,
    next: async (query) => {
      const found = await store.forward.next(query);
      if (found.numbers.length > 0) maybeDie('before-publish');
      return found;
    },
    done: async (line, numbers) => {
      maybeDie('after-publish');
      await store.forward.done(line, numbers);
    },
  };
  const quick = {
    lingerMs: 20,
    pollMs: 10,
    backlogPerSecond: 1e6,
    ackTimeoutMs: 2_000,
    slotsAtOnce: 10,
    ...settings,
  };
  return keepSending({ connection, forward, pop, clock: systemClock, log, settings: quick }, ending.signal);
}

if (role === 'agent') await store.forward.start(pop);
const kept = keep();
say('ready');

let n = from;
const roundOf = (at) => ({
  ...{
    path: `${pop}>LAB2`,
    slot: slotOf(at),
    startedAt: slotOf(at) + 5,
    endedAt: slotOf(at) + 100_005,
    status: 'ok',
  },
  ...{ reason: null, address: '192.0.2.1', lostAfterMs: 2_000 },
  provenance: {
    ...{ driver: 'simulated', stamps: 'simulated', fallbackStamps: 0, socketDrops: 0, sendLagUs: at },
    calibration: null,
  },
  sizes: [64, 128, 512].map((bytes) => ({
    ...{ bytes, duplicates: 0, mismatched: 0 },
    packets: Array.from({ length: 100 }, (_, index) =>
      (index * 7 + at) % 97 === 0
        ? { kind: 'lost' }
        : { kind: 'received', rttUs: 20_000 + ((index * 31 + at) % 500) },
    ),
  })),
});
const nothing = { outages: [], states: [], spans: [], blind: [] };
let outage = null;

async function obey(line) {
  const [what, how] = line.split(' ');
  if (what === 'rounds') {
    for (const end = n + Number(how); n < end; n += 1) {
      await store.rounds.put(roundOf(n));
      await store.watch.put({ ...nothing, spans: [{ observer: pop, from: slotOf(from), to: slotOf(n) }] });
      if (n % 7 === 0)
        await store.rounds.putMissing([{ path: `${pop}>LAB3`, slot: slotOf(n), reason: 'asleep' }]);
    }
  }
  if (what === 'outage') {
    const at = slotOf(n) + 100;
    const edge = { at, earliest: at - 5, latest: at + 5 };
    if (how === 'open')
      outage = {
        ...{
          observer: pop,
          port: 'LAB2',
          start: edge,
          end: null,
          openedAt: at + 50,
          closedAt: null,
          inferred: [],
        },
        voided: null,
      };
    else outage = { ...outage, end: edge, closedAt: at + 60 };
    const state = { observer: pop, port: 'LAB2', at, state: how === 'open' ? 'down' : 'up', reason: null };
    await store.watch.put({ ...nothing, outages: [outage], states: [state] });
  }
  if (what === 'stop') {
    ending.abort();
    await kept;
    await connection.close();
    await store.close();
    process.exit(0);
  }
  say(`done ${line}`);
}

let queue = Promise.resolve();
createInterface({ input: process.stdin }).on('line', (line) => {
  queue = queue
    .then(() => obey(line))
    .catch((error) => {
      say(`failed ${line}: ${error.kind ?? ''} ${error.message}`);
    });
});
