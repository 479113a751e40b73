import { describe, expect, test } from 'vitest';
import type { TicketRecord } from '../../../src/core/ticket/actions.js';
import type { Suggestion } from '../../../src/core/ticket/suggestion.js';
import type { TicketAppend, TicketHead } from '../../../src/store/ledger-store.js';
import type { NotifyTarget, OutboxDraft } from '../../../src/store/statement-store.js';
import type { Store } from '../../../src/store/store.js';
import { at0, customer, filing } from '../../core/ticket/support.js';

const event = (report: number, seq: number, previous: string, hash: string): TicketRecord => ({
  report,
  seq,
  at: at0 + seq,
  actor: customer,
  previous,
  hash,
  action: seq === 1 ? { type: 'filed', text: filing() } : { type: 'reopened', reason: '“再次”\n' },
});
const hour = at0 - (at0 % 3_600_000);
const head = (number: number, over: Partial<TicketHead> = {}): TicketHead => ({
  number,
  customer: 'bank',
  path: 'HKG>SIN',
  service: null,
  state: 'filed',
  incident: `I${number}`,
  owner: null,
  sameness: { subject: 'HKG>SIN', hour },
  filedAt: at0 + number,
  updatedAt: at0,
  ...over,
});
const filed = (number: number, over: Partial<TicketHead> = {}): TicketAppend => ({
  events: [event(number, 1, 'none', `h${number}.1`)],
  head: head(number, over),
  outbox: [],
});
const message = (key: string, over: Partial<OutboxDraft> = {}): OutboxDraft => ({
  key,
  target: 'T1',
  event: 'report-filed',
  about: 'F1',
  body: '{"文":1}',
  at: 1000,
  ...over,
});

/** What every database behind the port does with fault reports, and with what is sent because of them. */
export function faultsConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  describe(`${name}: fault reports`, () => {
    test('give back what was appended, and take one of two that come after the same event', () =>
      using(async ({ faults }) => {
        expect(await faults.latest()).toBe(0);
        expect(await faults.events(1)).toEqual([]);
        expect(await faults.append(filed(1))).toBe('stored');
        const next = (hash: string): TicketAppend => ({
          events: [event(1, 2, 'h1.1', hash)],
          head: head(1, { state: 'reopened', owner: 'ann', updatedAt: at0 + 2 }),
          outbox: [],
        });
        const both = await Promise.all([faults.append(next('a')), faults.append(next('b'))]);
        expect([...both].sort()).toEqual(['moved', 'stored']);
        expect(await faults.events(1)).toEqual([event(1, 1, 'none', 'h1.1'), event(1, 2, 'h1.1', 'a')]);
        const [now] = await faults.heads({ limit: 9 });
        expect(now).toEqual(head(1, { state: 'reopened', owner: 'ann', updatedAt: at0 + 2 }));
        expect(await faults.append({ ...next('c'), events: [event(1, 4, 'a', 'c')] })).toBe('moved');
        expect(await faults.append({ ...next('c'), events: [event(1, 3, 'b', 'c')] })).toBe('moved');
      }));

    test('have numbers without a gap', () =>
      using(async ({ faults }) => {
        expect(await faults.append(filed(2))).toBe('moved');
        const both = await Promise.all([faults.append(filed(1)), faults.append(filed(1))]);
        expect([...both].sort()).toEqual(['moved', 'stored']);
        expect(await faults.append(filed(2))).toBe('stored');
        expect(await faults.latest()).toBe(2);
      }));

    test('are listed newest first, by what is asked for', () =>
      using(async ({ faults }) => {
        await faults.append(filed(1));
        await faults.append(filed(2, { customer: 'shop', state: 'rejected' }));
        await faults.append(
          filed(3, { path: null, service: 's1', sameness: null, owner: 'ann', incident: 'I1' }),
        );
        const numbers = async (query: object): Promise<number[]> => {
          const found = await faults.heads({ limit: 10, ...query });
          if (!('offset' in query) && !('before' in query))
            expect(await faults.count(query)).toBe(found.length);
          return found.map(({ number }) => number);
        };
        expect(await numbers({})).toEqual([3, 2, 1]);
        expect(await numbers({ customers: ['bank'] })).toEqual([3, 1]);
        expect(await numbers({ customers: [] })).toEqual([]);
        expect(await numbers({ states: ['filed', 'closed'] })).toEqual([3, 1]);
        expect(await numbers({ path: 'HKG>SIN' })).toEqual([2, 1]);
        expect(await numbers({ service: 's1' })).toEqual([3]);
        expect(await numbers({ incident: 'I1', owner: 'ann' })).toEqual([3]);
        expect(await numbers({ from: at0 + 2, to: at0 + 3 })).toEqual([2]);
        expect(await numbers({ before: 3 })).toEqual([2, 1]);
        expect(await numbers({ offset: 1 })).toEqual([2, 1]);
        expect(await faults.heads({ limit: 1 })).toHaveLength(1);
        expect(await faults.same({ subject: 'HKG>SIN', hour })).toEqual([
          { number: 1, incident: 'I1', state: 'filed', subject: 'HKG>SIN', hour },
          { number: 2, incident: 'I2', state: 'rejected', subject: 'HKG>SIN', hour },
        ]);
      }));

    test('are stored with their messages or not at all', () =>
      using(async ({ faults, outbox }) => {
        await faults.append({ ...filed(1), outbox: [message('a')] });
        expect(await faults.append({ ...filed(1), outbox: [message('b')] })).toBe('moved');
        expect((await outbox.list({ limit: 9 })).map(({ key }) => key)).toEqual(['a']);
      }));

    test('suggest themselves: one per path and first slot, written anew as it goes on', () =>
      using(async ({ suggestions }) => {
        const one: Suggestion = {
          path: 'HKG>SIN',
          firstSlot: 1000,
          lastSlot: 2000,
          raisedAt: 2100,
          endedSlot: null,
          metrics: ['latency', 'loss'],
        };
        const other: Suggestion = { ...one, path: 'SIN>HKG', firstSlot: 3000, metrics: ['loss'] };
        await suggestions.put(one);
        await suggestions.put(other);
        await suggestions.put({ ...one, lastSlot: 4000, endedSlot: 5000 });
        const ended = { ...one, lastSlot: 4000, endedSlot: 5000 };
        expect(await suggestions.list({ limit: 9 })).toEqual([other, ended]);
        expect(await suggestions.list({ limit: 1 })).toEqual([other]);
        expect(await suggestions.list({ open: true, limit: 9 })).toEqual([other]);
        expect(await suggestions.list({ path: 'HKG>SIN', limit: 9 })).toEqual([ended]);
        const beside: Suggestion = { ...other, path: 'SIN>PAR' };
        await suggestions.put(beside);
        expect(await suggestions.list({ before: other, limit: 9 })).toEqual([beside, ended]);
        expect(await suggestions.list({ before: beside, limit: 9 })).toEqual([ended]);
        expect(await suggestions.list({ before: ended, limit: 9 })).toEqual([]);
      }));
  });

  describe(`${name}: the outbox`, () => {
    test('remembers what of the network was told and goes on, with the messages that tell it', () =>
      using(async ({ outbox }) => {
        const outage = { event: 'outage.opened', about: 'SIN', began: 1000, used: null } as const;
        const severe = { event: 'path.severe', about: 'HKG>SIN', began: 1000, used: null } as const;
        const budget = { event: 'month.budget', about: 'SIN', began: 1000, used: 50 } as const;
        expect(await outbox.told()).toEqual([]);
        await outbox.add([message('a')], { told: [outage, severe, budget], ended: [] });
        expect(await outbox.told()).toEqual([budget, outage, severe]);
        // A message that is there already changes nothing of that.
        await outbox.add([message('a')], { told: [{ ...budget, used: 75 }], ended: [severe, severe] });
        expect(await outbox.told()).toEqual([{ ...budget, used: 75 }, outage]);
        await outbox.add([message('b')]);
        expect(await outbox.told()).toHaveLength(2);
        // All or nothing: a message without a key is none.
        const broken = outbox.add([message('c'), { ...message('d'), key: null as never }], {
          told: [severe],
          ended: [outage],
        });
        await expect(broken).rejects.toThrow();
        expect(await outbox.told()).toHaveLength(2);
        expect((await outbox.list({ limit: 9 })).map(({ key }) => key)).toEqual(['b', 'a']);
      }));

    test('leaves the messages of some targets for later, and knows what an older one is about', () =>
      using(async ({ outbox }) => {
        await outbox.add([message('a'), message('b', { target: 'T2' }), message('c')]);
        const claimed = await outbox.claim({ now: 2000, until: 3000, limit: 9, except: ['T1', 'T3'] });
        expect(claimed.map(({ id }) => id)).toEqual([2]);
        const preceded = async (): Promise<boolean[]> => {
          const all = await outbox.list({ limit: 9 });
          return Promise.all(all.reverse().map((one) => outbox.isPreceded(one)));
        };
        expect(await preceded()).toEqual([false, false, true]);
        await outbox.tried(1, { state: 'sent', error: null, at: 2000, dueAt: 2000 });
        expect(await preceded()).toEqual([false, false, false]);
      }));
    test('keeps a message of a key once, and gives what is due to one at a time', () =>
      using(async ({ outbox }) => {
        await outbox.add([message('a'), message('b', { at: 2000 }), message('a', { body: 'other' })]);
        expect(await outbox.depth()).toEqual({ waiting: 2, dead: 0, oldestWaitingAt: 1000 });
        const first = await outbox.claim({ now: 1500, until: 5000, limit: 9 });
        expect(first).toEqual([
          {
            id: 1,
            key: 'a',
            target: 'T1',
            event: 'report-filed',
            about: 'F1',
            body: '{"文":1}',
            createdAt: 1000,
            dueAt: 5000,
            attempts: 0,
            state: 'waiting',
            lastError: null,
            settledAt: null,
          },
        ]);
        expect(await outbox.claim({ now: 1500, until: 5000, limit: 9 })).toEqual([]);
        // Whoever took it died: it comes again when its time is over.
        const again = await outbox.claim({ now: 5000, until: 9000, limit: 9 });
        expect(again.map(({ key }) => key)).toEqual(['a', 'b']);
        expect(await outbox.claim({ now: 9000, until: 9001, limit: 1 })).toHaveLength(1);
      }));

    test('goes on after a try that failed, until it is sent or given up', () =>
      using(async ({ outbox }) => {
        await outbox.add([message('a'), message('b')]);
        await outbox.tried(1, { state: 'waiting', error: 'refused', at: 1100, dueAt: 3000 });
        expect(await outbox.get(1)).toMatchObject({
          attempts: 1,
          lastError: 'refused',
          dueAt: 3000,
          settledAt: null,
        });
        expect((await outbox.claim({ now: 2999, until: 2999, limit: 9 })).map(({ id }) => id)).toEqual([2]);
        await outbox.tried(1, { state: 'sent', error: null, at: 3100, dueAt: 3100 });
        await outbox.tried(2, { state: 'dead', error: 'gone', at: 3200, dueAt: 3200 });
        await outbox.tried(1, { state: 'dead', error: 'late', at: 3300, dueAt: 3300 });
        expect(await outbox.get(1)).toMatchObject({
          state: 'sent',
          lastError: null,
          settledAt: 3100,
          attempts: 2,
        });
        expect(await outbox.depth()).toEqual({ waiting: 0, dead: 1, oldestWaitingAt: null });
        expect((await outbox.list({ states: ['dead'], limit: 9 })).map(({ id }) => id)).toEqual([2]);
        expect((await outbox.list({ limit: 9, before: 2 })).map(({ id }) => id)).toEqual([1]);
        expect(await outbox.get(3)).toBeNull();
      }));

    test('lets people send a dead one again or drop it, and forgets what is done', () =>
      using(async ({ outbox }) => {
        await outbox.add([message('a'), message('b')]);
        await outbox.tried(1, { state: 'dead', error: 'gone', at: 1100, dueAt: 1100 });
        expect(await outbox.retry(1, 2000)).toBe(true);
        expect(await outbox.get(1)).toMatchObject({
          state: 'waiting',
          attempts: 0,
          dueAt: 2000,
          lastError: 'gone',
        });
        expect(await outbox.drop(1, 2100)).toBe(true);
        expect(await outbox.drop(1, 2100)).toBe(false);
        await outbox.tried(2, { state: 'sent', error: null, at: 2200, dueAt: 2200 });
        expect(await outbox.retry(2, 2300)).toBe(false);
        expect(await outbox.retry(9, 2300)).toBe(false);
        expect(await outbox.sweep(2200)).toBe(1);
        expect((await outbox.list({ limit: 9 })).map(({ id }) => id)).toEqual([2]);
      }));

    test('goes to targets, which are erased when they are taken back', () =>
      using(async ({ targets }) => {
        const target: NotifyTarget = {
          id: 'T1',
          customer: 'bank',
          kind: 'mail',
          address: 'noc@bank.example',
          secret: null,
          language: 'zh-CN',
          events: ['report-filed', '*'],
          query: null,
          createdAt: 7,
          createdBy: 'ann',
        };
        const own: NotifyTarget = {
          ...target,
          id: 'T0',
          customer: null,
          secret: 's',
          query: 'a=b',
          createdAt: 8,
        };
        expect(await targets.add(target)).toBe(true);
        expect(await targets.add({ ...own, id: 'T1' })).toBe(false);
        expect(await targets.add(own)).toBe(true);
        expect(await targets.get('T1')).toEqual(target);
        expect(await targets.list()).toEqual([target, own]);
        expect(await targets.remove('T1')).toBe(true);
        expect(await targets.remove('T1')).toBe(false);
        expect(await targets.get('T1')).toBeNull();
      }));
  });
}
