import { expect, test } from 'vitest';
import { lookAtPath } from '../../../src/services/tickets/watcher.js';
import { createTargetService } from '../../../src/services/notifications/targets.js';
import { faultRig, newestSlot, putRound, slotMs, type Rig } from '../../support/fault-desk.js';

const path = 'HKG>SIN';
const look = ({ store, config }: Rig, now: number) => lookAtPath({ store, config, path, now });

test('a path suggests a report after two rounds in a row that were worse than normal, once', async () => {
  const rig = await faultRig();
  const { store, config } = rig;
  const targets = createTargetService({ targets: store.targets, config: () => config, now: () => rig.now });
  const mail = (customer: string | null, address: string) =>
    targets.add('ann', {
      customer,
      kind: 'mail',
      address,
      secret: null,
      language: null,
      query: null,
      events: ['suggestion'],
    });
  await mail('bank', 'noc@bank.example');
  await mail('broker', 'desk@broker.example');
  await mail(null, 'noc@carrier.example');
  // Only the newest one is worse until now.
  expect(await look(rig, newestSlot + 200_000)).toBeNull();
  await putRound(store, newestSlot + slotMs, 40_000);
  const raised = await look(rig, newestSlot + slotMs + 200_000);
  expect(raised).toMatchObject({
    firstSlot: newestSlot,
    lastSlot: newestSlot + slotMs,
    metrics: ['latency'],
  });
  expect(await look(rig, newestSlot + slotMs + 300_000)).toBeNull();
  const sent = await store.outbox.list({ limit: 9 });
  expect(sent.map(({ about, event }) => `${about} ${event}`)).toEqual(Array(3).fill('HKG>SIN suggestion'));
  expect(sent.map(({ body }) => (JSON.parse(body) as { subject: string }).subject)).toContain(
    'HKG → SIN：性能低于正常水平',
  );
  // A round that never came changes nothing; a normal one ends it.
  await store.rounds.putMissing([{ path, slot: newestSlot + 2 * slotMs, reason: 'stopped' }]);
  expect(await look(rig, newestSlot + 2 * slotMs + 200_000)).toBeNull();
  await putRound(store, newestSlot + 3 * slotMs, 35_000);
  expect(await look(rig, newestSlot + 3 * slotMs + 200_000)).toMatchObject({
    endedSlot: newestSlot + 3 * slotMs,
  });
  expect(await store.suggestions.list({ open: true, limit: 9 })).toEqual([]);
  expect(await store.outbox.list({ limit: 9 })).toHaveLength(3);
});

test('planned maintenance suggests nothing, and nothing is suggested of a path without a service', async () => {
  const rig = await faultRig();
  const { store, ledger, config } = rig;
  await putRound(store, newestSlot + slotMs, 60_000);
  rig.now = newestSlot - 3_600_000;
  const [planned] = await ledger.propose('ann', [
    {
      kind: 'planned-maintenance',
      recurrence: null,
      reason: 'cards',
      proof: null,
      attachments: [],
      scope: { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] },
      intervals: [{ from: newestSlot, to: newestSlot + 2 * slotMs }],
      notices: [{ at: rig.now, text: null }],
      source: null,
    },
  ]);
  await ledger.decide('bob', 'approve', planned?.id ?? '', null);
  expect(await look(rig, newestSlot + slotMs + 200_000)).toBeNull();
  expect(await lookAtPath({ store, config, path: 'HKG>FRA', now: newestSlot })).toBeNull();
});
