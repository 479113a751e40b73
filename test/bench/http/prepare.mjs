import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEntered } from '../../../dist/src/app/configuration.js';
import { loadConfig } from '../../../dist/src/config/load.js';
import { linkAfter } from '../../../dist/src/core/ledger/chain.js';
import { createRegistry } from '../../../dist/src/services/access/registry.js';
import { createBilling } from '../../../dist/src/services/credits/billing.js';
import { createTicketService } from '../../../dist/src/services/tickets/service.js';
import { createLedgerService } from '../../../dist/src/services/ledger/service.js';
import { keyFolder } from '../../../dist/src/seal/keys.js';
import { digestOf } from '../../../dist/src/seal/canonical.js';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';
import { popNames } from '../evaluate/generate-case.mjs';
import { writeConfig } from '../statements/fill-book.mjs';
import { fillRounds } from './fill.mjs';

const hourMs = 3_600_000;
const services = 500;
const owner = { name: 'bench', side: 'noc' };

/**
 * A database as it is after three months: rounds of every path, outages, exclusions, the two months before closed and
 * the first of them sealed, reports in every state, somebody of every role. Gives what a client has to know.
 */
export async function prepare({ folder, pops, say }) {
  const database = join(folder, 'pop-sla.db');
  const known = join(folder, 'known.json');
  const names = popNames(pops);
  const paths = names.flatMap((a) => names.flatMap((b) => (a === b ? [] : [`${a}>${b}`])));
  const file = writeConfig({ folder, database, names, services, paths });
  const config = JSON.parse(readFileSync(file, 'utf8'));
  config.http = { listen: '127.0.0.1:0', requestsPerMinute: 1_000_000 };
  config.log = { format: 'json', level: 'info' };
  config.watch = { references: names.slice(1, 3) };
  writeFileSync(file, JSON.stringify(config));
  const now = Date.now();
  const start = new Date(now);
  const monthAt = (back) => Date.UTC(start.getUTCFullYear(), start.getUTCMonth() - back, 1) - 8 * hourMs;
  const from = monthAt(2);
  const months = [2, 1, 0].map((back) => new Date(monthAt(back) + 12 * hourMs).toISOString().slice(0, 7));
  const begun = performance.now();
  const rounds = await fillRounds({ file: database, paths, from, to: now });
  say(`${paths.length} paths, ${rounds} rounds filled in ${seconds(begun)} s`);

  if (existsSync(known)) return { file, ...JSON.parse(readFileSync(known, 'utf8')) };

  const store = await openSqliteStore({ path: database });
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  await watch(store, names, from, now);
  await exclude(store, names, from, now);
  const full = await withEntered(loaded.config, store.ledger);
  const people = { store, config: () => full, now: () => now };
  const tokens = await admit(store, full);
  const keys = keyFolder(full.keys.folder);
  await keys.make();
  const billing = createBilling({ ...people, software: 'bench', signer: () => keys.signer() });
  for (const month of months.slice(0, 2)) {
    const at = performance.now();
    const { drafts } = await billing.statements.close(month);
    say(`${drafts} statements of ${month} drawn up in ${seconds(at)} s`);
  }
  const outcomes = await billing.statements.seal('finance', {
    ...{ month: months[0], services: null, acceptIncomplete: 'bench' },
  });
  say(`${outcomes.filter(({ outcome }) => outcome === 'sealed').length} of ${months[0]} sealed`);
  const faults = createTicketService({ ...people, ledger: createLedgerService(people) });
  for (let n = 0; n < 200; n += 1) {
    const service = full.book.services[n];
    const report = await faults.file(owner, {
      ...{ customer: service.customer, path: service.terms[0].paths[0], service: null, window: 'last-24h' },
      ...{
        since: null,
        subject: null,
        text: null,
        severity: null,
        kind: null,
        channel: 'phone',
        reporter: null,
      },
      ...{ attachments: [], externalIds: [] },
    });
    for (let said = 0; said < 5; said += 1)
      await faults.do(owner, report.id, {
        deed: 'comment',
        text: `word ${said}`,
        internal: said > 3,
        attachments: [],
      });
    if (n % 2 === 0) await faults.do(owner, report.id, { deed: 'resolve', text: 'done' });
  }
  await store.close();
  const result = { months, tokens, paths: paths.length };
  writeFileSync(known, JSON.stringify(result));
  return { file, ...result };
}

const seconds = (since) => ((performance.now() - since) / 1000).toFixed(0);

/** An outage of each port every week or so, watched by the first. */
async function watch(store, names, from, now) {
  const observer = names[0];
  const ports = names.slice(1);
  const edge = (at) => ({ at, earliest: at - 500, latest: at + 20 });
  const outages = ports
    .flatMap((port, n) =>
      Array.from({ length: 10 }, (_, k) => {
        const start = from + (1 + k * 180 + n) * hourMs;
        const end = start + (0.25 + (n % 4) / 2) * hourMs;
        return {
          ...{
            observer,
            port,
            start: edge(start),
            end: edge(end),
            openedAt: start + 2500,
            closedAt: end + 600,
          },
          ...{ inferred: [], voided: null },
        };
      }),
    )
    .filter(({ closedAt }) => closedAt < now);
  await store.watch.put({
    outages,
    states: ports.map((port) => ({ observer, port, at: from - hourMs, state: 'up', reason: null })),
    spans: [{ observer, from: from - hourMs, to: now }],
    blind: [],
  });
}

/** Planned maintenance, most of it approved. */
async function exclude(store, names, first, now) {
  let head = { seq: 0, hash: '0'.repeat(64) };
  const links = Array.from({ length: 300 }, (_, n) => n).flatMap((n) => {
    const id = `X${n + 1}`;
    const from = first + (3 + 6 * n) * hourMs;
    const proposal = {
      ...{ type: 'exclusion-proposed', id, kind: 'planned-maintenance' },
      scope: { pops: [names[n % names.length]], paths: [], lines: [], services: [], customers: [] },
      ...{ intervals: [{ from, to: from + 2 * hourMs }], recurrence: null },
      ...{ notices: [{ at: first - 240 * hourMs, text: null }], reason: 'a new line card', proof: null },
      ...{ attachments: [], source: null },
    };
    const decided = n % 20 === 0 ? [] : [{ type: 'exclusion-approved', id, reason: null }];
    return [proposal, ...decided]
      .map((action, k) => ({ at: Math.min(first, now), actor: k === 0 ? 'ann' : 'bob', action }))
      .map((event) => (head = linkAfter(head, event, digestOf)));
  });
  await store.ledger.append(links);
}

/** A token for each of those who read. */
async function admit(store, config) {
  const customers = () => config.book.customers.map(({ id }) => id);
  const registry = createRegistry({ store: store.access, now: () => Date.now(), customers });
  const make = async (role, customer = null) =>
    (await registry.createToken({ name: role, roles: [role], customer, scopes: null, expiresAt: null }))
      .token;
  return { admin: await make('admin'), customer: await make('customer', 'customer-0') };
}
