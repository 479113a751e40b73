import { traceAfter } from '../../src/core/access/claims.js';
import { createContacts } from '../../src/services/credits/contacts.js';
import { digestOf, sha256 } from '../../src/seal/canonical.js';
import { at0, customer, filing } from '../core/ticket/support.js';
import { round } from '../store/support.js';
import { october } from './ledger.js';
import { statedOctober, statementsOf, type StatedMonth } from './statements.js';

const grant = { roles: ['noc', 'finance'], customer: null } as const;

/** A stated October in SQLite with something of everything that a store keeps, and texts that are easily spoilt. */
export async function wholeStore(): Promise<StatedMonth> {
  const month = await statedOctober();
  const { store, config } = month;
  await store.paths.seen(['HKG>SIN', 'HKG>FRA'], october);
  await store.runs.begin('1.0.0', october);
  await store.rounds.put(
    round({ slot: october + 40 * 86_400_000, reason: 'a\tb\\c\n„“\r', status: 'aborted', sizes: [] }),
  );
  await store.rounds.putMissing([{ path: 'HKG>FRA', slot: october, reason: 'stopped' }]);
  const edge = (at: number) => ({ at, earliest: at - 5, latest: at });
  const from = october + 1000;
  await store.watch.put({
    outages: [
      {
        observer: 'HKG',
        port: 'FRA',
        start: edge(from),
        end: null,
        openedAt: from,
        closedAt: null,
        inferred: [{ from: from + 1, to: from + 2, reason: 'stopped' }],
        voided: null,
      },
    ],
    states: [{ observer: 'HKG', port: null, at: from, state: 'up', reason: null }],
    spans: [],
    blind: [{ observer: 'HKG', port: null, from, to: null, reason: 'stopped' }],
  });
  await store.attachments.put({ sha256: 'b'.repeat(64), content: Buffer.from([0, 92, 10, 255]), at: 1 });

  const { tokens, users, sessions, trail, replies } = store.access;
  for (const name of ['Zoe', 'ann', 'Bob'])
    await users.add({ ...grant, name, password: 'scrypt$1', createdAt: 1, passwordAt: 1 });
  await tokens.add({
    ...grant,
    id: 'abc',
    hash: sha256('t'),
    name: '監控',
    scopes: [],
    createdAt: 1,
    expiresAt: null,
  });
  await sessions.add({
    ...grant,
    hash: 'h',
    principal: 'user:ann',
    name: 'ann',
    via: 'password',
    csrf: 'c',
    createdAt: 1,
    expiresAt: Number.MAX_SAFE_INTEGER,
    seenAt: 1,
  });
  const trace = { at: 1, principal: 'user:ann', name: 'ann', from: '::1', action: 'a', status: 200 };
  for (const target of ['/1', '/2'])
    await trail.append((head) => traceAfter(head, { ...trace, target, amounts: true }, digestOf));
  await replies.put(
    {
      principal: 'ann',
      key: 'k',
      request: 'r',
      at: 5,
      status: 201,
      contentType: 'a/b',
      body: '"\\n"',
    },
    0,
  );
  await store.faults.append({
    events: [
      {
        report: 1,
        seq: 1,
        at: at0,
        actor: customer,
        previous: '',
        hash: 'x',
        action: { type: 'filed', text: filing() },
      },
    ],
    head: {
      number: 1,
      customer: 'bank',
      path: 'HKG>SIN',
      service: null,
      state: 'filed',
      incident: 'I1',
      owner: null,
      sameness: null,
      filedAt: at0,
      updatedAt: at0,
    },
    outbox: [{ key: 'F1', target: 'T1', event: 'report-filed', about: 'F1', body: '{"文":1}', at: 1 }],
  });
  await store.suggestions.put({
    path: 'HKG>SIN',
    firstSlot: 1,
    lastSlot: 2,
    raisedAt: 3,
    endedSlot: null,
    metrics: ['loss'],
  });
  await store.targets.add({
    id: 'T1',
    customer: null,
    kind: 'webhook',
    address: 'https://x',
    secret: 's',
    language: 'en',
    events: ['*'],
    query: null,
    createdAt: 1,
    createdBy: 'ann',
  });
  const statements = await statementsOf(month);
  await statements.close('2026-10');
  await statements.seal('ann', { month: '2026-10', services: ['other'], acceptIncomplete: 'as agreed' });
  await store.statements.markChanged('2026-10/other', { at: 1, why: ['because'] });
  const contacts = createContacts({ store, config: () => config, now: () => october });
  const [buyer] = config.book.customers;
  await contacts.add('ann', buyer?.id ?? '', { name: '陳', email: null, phone: null });
  return month;
}
