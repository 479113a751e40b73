import { describe, expect, onTestFinished, test } from 'vitest';
import { notesIn } from '../../src/app/contract-services.js';
import { createWorkerPool } from '../../src/app/workers/pool.js';
import { renderNote } from '../../src/render/note/files.js';
import { renderReport } from '../../src/render/report/formats.js';
import { createReports } from '../../src/services/reports.js';
import { createBilling } from '../../src/services/credits/billing.js';
import { billingConfig, billingStore, sealOwed } from '../support/billing.js';
import { testServer } from '../http/support/server.js';
import { keptLog } from '../support/log.js';
import { requires } from '../support/requires.js';

const entry = new URL('../../dist/src/app/workers/thread.js', import.meta.url);
const now = () => Date.UTC(2026, 10, 30, 20);

async function setUp() {
  const store = await billingStore();
  const config = billingConfig();
  await sealOwed(store, {
    service: 'hb',
    customer: 'harbour-bank',
    sellers: ['lion', 'pacific'],
    parts: [['109.00', '9']],
  });
  const signer = () => Promise.reject(new Error('nothing is sealed here'));
  const billing = createBilling({ store, config: () => config, now, software: '1.2.3', signer });
  const { batch } = await billing.batches.make('fiona', { mapping: 'generic' });
  const id = batch?.content.notes[0]?.id ?? '';
  const source = await billing.batches.note(id);
  if (!source) throw new Error('the batch has a note');
  return { store, config, billing, id, source };
}

describe('credit notes in a thread of their own', () => {
  requires({ built: true });

  test('are the same bytes as elsewhere, and pages are set in no other thread', async () => {
    const { store, config, billing, id, source } = await setUp();
    const pool = createWorkerPool({ entry });
    onTestFinished(() => pool.close());
    const asked: string[] = [];
    const run: typeof pool.run = (kind, task, transfer) => {
      asked.push(kind);
      return pool.run(kind, task, transfer);
    };
    const render = notesIn({ run }, keptLog().log);
    const reports = createReports({ store, config: () => config, now, software: '1.2.3' });
    const { http } = testServer(
      { store, config, now },
      { billing, reports: { reports, render: renderReport, renderNote: render } },
    );
    for (const format of ['pdf', 'ubl', 'cii'] as const) {
      const answer = await http.inject({ url: `/api/v1/credit-notes/${id}?format=${format}&lang=zh-TW` });
      const here = await renderNote(source, format, 'zh-TW');
      expect([answer.statusCode, Buffer.compare(answer.rawPayload, here)]).toEqual([200, 0]);
    }
    expect(asked).toEqual(['note']);
  });

  test('say in the log which characters no typeface has', async () => {
    const { source } = await setUp();
    const pool = createWorkerPool({ entry });
    onTestFinished(() => pool.close());
    const { log, lines } = keptLog();
    const billTo = { ...source.note.billTo, name: 'Adlam \u{1E900} Bank' };
    await notesIn(pool, log)({ ...source, note: { ...source.note, billTo } }, 'pdf', 'en');
    await notesIn(pool, log)(source, 'pdf', 'en');
    expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { note: source.note.id, characters: ['U+1E900'] } },
    ]);
  });
});
