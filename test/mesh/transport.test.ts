import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, test } from 'vitest';
import { deadLetters } from '../../src/mesh/dead.js';
import type { News } from '../../src/mesh/ingest.js';
import { ensureStreams, rowsStream, rowsSubject } from '../../src/mesh/streams.js';
import { decodeFrame, encodeFrame } from '../../src/mesh/wire/frame.js';
import { encodeRows } from '../../src/mesh/wire/encode.js';
import { noRows } from '../../src/store/row-store.js';
import { StoreError, type Store } from '../../src/store/store.js';
import { everyRow } from '../support/every-row.js';
import { keptLog } from '../support/log.js';
import { startNats, useNats } from '../support/nats.js';
import { round, size, slot } from '../support/rounds.js';
import { connection, ingest, newStore, send, streams, until, untilEqual } from './link.js';
import { allRows, stored } from './wire/rows.js';

const everyMs = 1_800_000;
const nothing = noRows.watch;
const nats = useNats();

/** Streams of its own for every test. */
async function fresh(): Promise<string> {
  const manager = await jetstreamManager(await connection(nats().url));
  for (const name of [rowsStream, 'POPSLA_DEAD']) await manager.streams.delete(name).catch(() => undefined);
  await ensureStreams(manager, streams);
  return nats().url;
}

async function waitingMessages(url: string): Promise<number> {
  const manager = await jetstreamManager(await connection(url));
  return (await manager.streams.info(rowsStream)).state.messages;
}

describe('rows on their way from agents to a hub', () => {
  test('arrive whole, of every sort, those from before the mesh and those of now', async () => {
    const url = await fresh();
    const [agent, hub] = [await newStore(), await newStore()];
    await agent.rows.merge(allRows);
    await send(url, agent, 'LAB1');
    await ingest(url, hub);
    await agent.rounds.put(round({ slot: slot + 10 * everyMs, sizes: [size(64, [1, 2])] }));
    await agent.watch.put({ ...nothing, spans: [{ observer: 'LAB1', from: slot, to: slot + 90_000 }] });
    await untilEqual(hub, [agent]);
    expect((await everyRow(hub)).length).toBeGreaterThan(15);
    await until('JetStream holds none', async () => (await waitingMessages(url)) === 0);
  });

  test('of many agents are shared by two hubs on one store', async () => {
    const url = await fresh();
    const hub = await newStore();
    const agents = await Promise.all([1, 2, 3].map(() => newStore()));
    for (const [at, agent] of agents.entries()) {
      for (let n = 0; n < 20; n += 1)
        await agent.rounds.put(round({ path: `P${at}>LAB2`, slot: slot + n * everyMs }));
      await send(url, agent, `P${at}`, { settings: { slotsAtOnce: 3 } });
    }
    const taken = [0, 0];
    for (const which of [0, 1])
      await ingest(url, hub, { events: { ingested: () => (taken[which] = (taken[which] ?? 0) + 1) } });
    await untilEqual(hub, agents);
    expect((taken[0] ?? 0) + (taken[1] ?? 0)).toBeGreaterThan(0);
  });

  test('delivered twice and in any order give the same rows', async () => {
    const url = await fresh();
    const [agent, hub] = [await newStore(), await newStore()];
    await agent.rows.merge(allRows);
    const js = jetstream(await connection(url));
    const open = allRows.watch.outages.map((outage) => ({
      ...outage,
      end: null,
      closedAt: null,
      voided: null,
    }));
    const late = [
      { ...noRows, watch: { ...nothing, outages: open } },
      { ...noRows, watch: { ...nothing, spans: [{ observer: 'LAB1', from: slot, to: slot + 1 }] } },
    ];
    for (const rows of [allRows, ...late, allRows, ...late])
      await js.publish(rowsSubject('LAB1', 'watch'), encodeRows('LAB1', rows));
    await ingest(url, hub);
    await until('all taken', async () => (await waitingMessages(url)) === 0);
    expect(await everyRow(hub)).toEqual(await everyRow(agent));
  });

  test('are told as news once, with their packets', async () => {
    const url = await fresh();
    const hub = await newStore();
    const js = jetstream(await connection(url));
    const rows = encodeRows('LAB1', { ...noRows, slots: [stored()] });
    const news: News[] = [];
    await ingest(url, hub, { events: { ingested: (one) => news.push(one) } });
    await js.publish(rowsSubject('LAB1', 'rounds'), rows);
    await until('the news', () => news.length === 1);
    await js.publish(rowsSubject('LAB1', 'rounds'), rows);
    await until('all taken', () => news.length === 2);
    const [first] = news[0]?.slots ?? [];
    if (first?.status !== 'ok') throw new Error('no round');
    expect(news[0]?.packetsOf(first)).toEqual(round().sizes);
    expect(news[1]?.slots).toEqual([]);
  });

  test('of what is new go before the backlog', async () => {
    const url = await fresh();
    const [agent, hub] = [await newStore(), await newStore()];
    for (let n = 0; n < 40; n += 1) await agent.rounds.put(round({ slot: slot + n * everyMs }));
    const order: string[] = [];
    await send(url, agent, 'LAB1', {
      settings: { slotsAtOnce: 2, backlogPerSecond: 20 },
      events: { sent: (family) => order.push(family) },
    });
    await until('the backlog goes', () => order.includes('backlog'));
    await agent.rounds.put(round({ slot: slot + 99 * everyMs }));
    await until('the new round has gone', () => order.includes('rounds'));
    expect((await agent.forward.depth()).slots).toBeGreaterThan(0);
    await ingest(url, hub);
    await untilEqual(hub, [agent]);
  });

  test('that the stream has already do not tell that it was made anew', async () => {
    const url = await fresh();
    const agent = await newStore();
    const { log, lines } = keptLog();
    const sendAll = async (): Promise<void> => {
      const stop = await send(url, agent, 'LAB1', { log });
      await until('all sent', async () => (await agent.forward.depth()).slots === 0);
      await stop();
    };
    for (const at of [slot, slot + everyMs]) {
      await agent.rounds.put(round({ slot: at }));
      await sendAll();
    }
    // As after an acknowledgement that was lost: the same message, whose number is now that of an earlier one.
    await agent.forward.again(slot, slot + 1);
    await sendAll();
    expect(lines.map(({ message }) => message)).toEqual([]);
    expect(await waitingMessages(url)).toBe(2);
  });

  test('that went to a stream which was lost, and once more before the agent was told of it, are sent again', async () => {
    const url = await fresh();
    const link = await connection(url);
    const manager = await jetstreamManager(link);
    const [agent, hub] = [await newStore(), await newStore()];
    let made = 'first';
    const stop = await send(url, agent, 'LAB1', {
      streamMade: () => made,
      settings: { sendAgainMs: Date.now() },
    });
    const putAndSend = async (n: number): Promise<void> => {
      await agent.rounds.put(round({ slot: slot + n * everyMs }));
      await until('all sent', async () => (await agent.forward.depth()).slots === 0);
    };
    const makeAnew = async (): Promise<void> => {
      const { config } = await manager.streams.info(rowsStream);
      await manager.streams.delete(rowsStream);
      await manager.streams.add(config);
    };
    for (const n of [1, 2, 3]) await putAndSend(n);
    await makeAnew();
    await putAndSend(4);
    await makeAnew();
    // Others have sent more since than this agent knows of.
    for (let n = 0; n < 9; n += 1)
      await jetstream(link).publish(rowsSubject('LAB2', 'rounds'), encodeRows('LAB2', noRows), {
        msgID: String(n),
      });
    await putAndSend(5);
    made = 'third';
    await until('the messages', async () => (await waitingMessages(url)) > 10);
    await ingest(url, hub);
    await untilEqual(hub, [agent]);
    await stop();
  });

  test('wait where there is no stream yet', async () => {
    const url = await fresh();
    const manager = await jetstreamManager(await connection(url));
    await manager.streams.delete(rowsStream);
    const [agent, hub] = [await newStore(), await newStore()];
    await agent.rounds.put(round());
    await send(url, agent, 'LAB1');
    await ingest(url, hub);
    await untilEqual(hub, [agent]);
  });

  test('go in smaller messages where the server takes no larger ones', async () => {
    const small = await startNats({ config: 'jetstream {}\nmax_payload: 4096\n' });
    try {
      const [agent, hub] = [await newStore(), await newStore()];
      for (let n = 0; n < 60; n += 1) await agent.rounds.put(round({ slot: slot + n * everyMs }));
      const sizes: number[] = [];
      const stopAgent = await send(small.url, agent, 'LAB1', {
        events: { sent: (_f, _r, bytes) => sizes.push(bytes) },
      });
      const stopHub = await ingest(small.url, hub);
      await untilEqual(hub, [agent]);
      expect(Math.max(...sizes)).toBeLessThan(4096);
      await Promise.all([stopAgent(), stopHub()]);
    } finally {
      await small.stop();
    }
  });
});

describe('a store that can not be written', () => {
  test('loses nothing and does not spin: messages are given back, and taken when it can', async () => {
    const url = await fresh();
    const [agent, hub] = [await newStore(), await newStore()];
    for (let n = 0; n < 10; n += 1) await agent.rounds.put(round({ slot: slot + n * everyMs }));
    let [full, tries] = [true, 0];
    const writable: boolean[] = [];
    const failing: Pick<Store, 'rows' | 'upkeep'> = {
      upkeep: hub.upkeep,
      rows: {
        merge: (rows) => {
          tries += 1;
          return full ? Promise.reject(new StoreError('no room', 'full')) : hub.rows.merge(rows);
        },
      },
    };
    await send(url, agent, 'LAB1');
    await ingest(url, failing, { events: { storeWritable: (ok) => writable.push(ok) } });
    await until('two tries', () => tries >= 2);
    expect(await waitingMessages(url)).toBeGreaterThan(0);
    expect(writable).not.toContain(true);
    expect(tries).toBeLessThan(100);
    full = false;
    await untilEqual(hub, [agent]);
    await until('JetStream holds none', async () => (await waitingMessages(url)) === 0);
    expect(writable.at(-1)).toBe(true);
  });
});

describe('a message that no hub can take', () => {
  const poison = (): Record<string, Uint8Array> => {
    const whole = encodeRows('LAB1', allRows);
    const { head, packets } = decodeFrame(whole, () => true);
    return {
      unreadable: Buffer.from('rubbish'),
      version: encodeFrame({ version: 9, head, packets }),
      invalid: encodeFrame({
        version: 1,
        head: { ...(head as object), spans: [{ observer: 'LAB1' }] },
        packets,
      }),
      forged: encodeRows('LAB2', noRows),
    };
  };

  test('is buried with its reason, and holds up nobody', async () => {
    const url = await fresh();
    const nc = await connection(url);
    const [agent, hub] = [await newStore(), await newStore()];
    const buried: string[] = [];
    await ingest(url, hub, { events: { buried: (pop, reason) => buried.push(`${pop} ${reason}`) } });
    const js = jetstream(nc);
    for (const bytes of Object.values(poison())) await js.publish(rowsSubject('LAB1', 'rounds'), bytes);
    await agent.rows.merge(allRows);
    await send(url, agent, 'LAB1');
    await untilEqual(hub, [agent]);
    const office = deadLetters(nc, await jetstreamManager(nc));
    await until('four dead letters', async () => (await office.list(10)).length === 4);
    const letters = await office.list(10);
    expect(letters.map(({ reason }) => reason)).toEqual(Object.keys(poison()).reverse());
    expect(letters.map(({ subject }) => subject)).toEqual(Array(4).fill('popsla.v1.rows.LAB1.rounds'));
    expect(Buffer.from(letters[3]?.body ?? []).toString()).toBe('rubbish');
    expect(buried).toEqual(Object.keys(poison()).map((reason) => `LAB1 ${reason}`));
    await until('JetStream holds none', async () => (await waitingMessages(url)) === 0);
  });

  test('for which the store has no place is buried alone, and what came with it is stored', async () => {
    const url = await fresh();
    const nc = await connection(url);
    const hub = await newStore();
    const picky: Pick<Store, 'rows' | 'upkeep'> = {
      upkeep: hub.upkeep,
      rows: {
        merge: (rows) =>
          rows.slots.some((one) => one.slot === slot + everyMs)
            ? Promise.reject(new RangeError('not this one'))
            : hub.rows.merge(rows),
      },
    };
    const js = jetstream(nc);
    for (const n of [0, 1, 2])
      await js.publish(
        rowsSubject('LAB1', 'rounds'),
        encodeRows('LAB1', { ...noRows, slots: [stored({ slot: slot + n * everyMs })] }),
      );
    await ingest(url, picky);
    await until('all settled', async () => (await waitingMessages(url)) === 0);
    expect(await hub.rounds.accounted('LAB1>LAB2', slot, slot + 9 * everyMs)).toEqual([
      slot,
      slot + 2 * everyMs,
    ]);
    const [letter] = await deadLetters(nc, await jetstreamManager(nc)).list(5);
    expect(letter).toMatchObject({ reason: 'refused', why: 'not this one' });
  });

  test('comes again when it is asked for, or goes', async () => {
    const url = await fresh();
    const nc = await connection(url);
    const hub = await newStore();
    let refuses = true;
    const moody: Pick<Store, 'rows' | 'upkeep'> = {
      upkeep: hub.upkeep,
      rows: { merge: (rows) => (refuses ? Promise.reject(new RangeError('no')) : hub.rows.merge(rows)) },
    };
    await ingest(url, moody);
    const js = jetstream(nc);
    const message = encodeRows('LAB1', { ...noRows, slots: [stored()] });
    await js.publish(rowsSubject('LAB1', 'rounds'), message, { msgID: 'once' });
    await js.publish(rowsSubject('LAB1', 'rounds'), Buffer.from('rubbish'));
    const office = deadLetters(nc, await jetstreamManager(nc));
    await until('both buried', async () => (await office.list(5)).length === 2);
    const [rubbish, good] = (await office.list(5)).sort((a, b) => (a.reason < b.reason ? 1 : -1));
    refuses = false;
    expect(await office.requeue(good?.number ?? 0)).toBe(true);
    await until('stored', async () => (await hub.rounds.list({ limit: 5 })).length === 1);
    expect(await office.drop(rubbish?.number ?? 0)).toBe(true);
    expect(await office.drop(rubbish?.number ?? 0)).toBe(false);
    expect(await office.requeue(9_999)).toBe(false);
    expect(await office.show(9_999)).toBeNull();
    expect(await office.list(5)).toEqual([]);
  });
});
