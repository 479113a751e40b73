import { expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import type { StatementDocument } from '../../../src/core/statement/document.js';
import { createReports } from '../../../src/services/reports.js';
import { drawMonth } from '../../../src/services/statements/draw.js';
import { reportCsv } from '../../../src/render/report/csv.js';
import type { Store } from '../../../src/store/store.js';
import { playQuarter } from './play.js';

/** What finance and the customer look at first. */
function figuresOf(document: StatementDocument): object {
  const { id, total, complete, parts, paths, outages, exclusions, unobserved } = document;
  const states = outages.map(({ state }) => state);
  return {
    id, currency: document.currency, total, complete,
    parts: parts.map(({ class: kind, start, availabilityPercent, met, unavailableMs, excusedMs, credit }) => ({
      class: kind, start, availabilityPercent, met, unavailableMs, excusedMs,
      creditPercent: credit.percent, credit: credit.amount,
    })),
    paths: paths.map(({ path, roundsDue, roundsHeld, latencyUs, lossPpm, excessPercent, latencyBand, lossBand }) => ({
      path, roundsDue, roundsHeld, latencyUs, lossPpm, excessPercent, latencyBand, lossBand,
    })),
    outages: Object.fromEntries([...new Set(states)].sort().map((state) => [state, states.filter((one) => one === state).length])),
    exclusions: exclusions.map(({ kind, intervals }) => `${kind} ${intervals[0]?.from ?? ''}`),
    unobserved: unobserved.length,
  };
}

/** The quarter's reports as finance takes them, without what each new key of the configuration changes. */
async function csvOf(config: Config, store: Store): Promise<string> {
  const now = () => Date.parse('2026-11-05T00:00:00Z');
  const reports = createReports({ store, config: () => config, now, software: '0.0.0-test' });
  const selection = { by: 'all', id: null } as const;
  let text = '';
  for (const month of ['2026-08', '2026-09', '2026-10']) {
    const report = await reports.report({ month, selection, revision: null, toDate: false });
    text += reportCsv(report).replace(/[0-9a-f]{64}/g, '…');
  }
  return text;
}

test('the statements of a simulated quarter, in the figures that people look at first', { timeout: 120_000 }, async () => {
  const { config, store } = await playQuarter();
  try {
    const figures: object[] = [];
    for (const month of ['2026-08', '2026-09', '2026-10']) {
      const now = Date.parse('2026-11-05T00:00:00Z');
      const drawn = await drawMonth({ store, config, now, software: '0.0.0-test' }, month);
      for (const service of drawn.services) figures.push(figuresOf(drawn.draft(service)));
    }
    await expect(`${JSON.stringify(figures, null, 1)}\n`).toMatchFileSnapshot('quarter.txt');
    await expect(await csvOf(config, store)).toMatchFileSnapshot('quarter.csv');
  } finally {
    await store.close();
  }
});
