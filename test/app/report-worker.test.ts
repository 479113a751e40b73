import { describe, expect, onTestFinished, test } from 'vitest';
import { createWorkerPool } from '../../src/app/workers/pool.js';
import { reportsIn } from '../../src/app/contract-services.js';
import { renderReport } from '../../src/render/report/formats.js';
import { keptLog } from '../support/log.js';
import { requires } from '../support/requires.js';
import { serviceReport, single } from '../render/report/documents.js';

const entry = new URL('../../dist/src/app/workers/thread.js', import.meta.url);

describe('reports in a thread of their own', () => {
  requires({ built: true });

  test('are the same as elsewhere, also when several are asked for at once', async () => {
    const pool = createWorkerPool({ entry });
    onTestFinished(() => pool.close());
    const render = reportsIn(pool, keptLog().log);
    const report = serviceReport(single);
    const [page, data, again] = await Promise.all([
      render(report, 'html', 'zh-CN'),
      render(report, 'json', 'en'),
      render(report, 'html', 'zh-CN'),
    ]);
    const here = await renderReport(report, 'html', 'zh-CN');
    expect(Buffer.from(page).toString()).toBe(Buffer.from(here).toString());
    expect(Buffer.compare(page, again)).toBe(0);
    expect(JSON.parse(Buffer.from(data).toString())).toMatchObject({ format: 'pop-sla-report/1' });
  });

  test('are summaries where those are asked for', async () => {
    const pool = createWorkerPool({ entry });
    onTestFinished(() => pool.close());
    const content = 'summary' as const;
    const made = await reportsIn(pool, keptLog().log)(serviceReport(single), 'html', 'en', { content });
    const here = await renderReport(serviceReport(single), 'html', 'en', { content });
    expect(Buffer.from(made).toString()).toBe(Buffer.from(here).toString());
  });

  test('say in the log which characters no typeface has', async () => {
    const pool = createWorkerPool({ entry });
    onTestFinished(() => pool.close());
    const { log, lines } = keptLog();
    const report = serviceReport(single);
    const customers = new Map([['harbour-bank', 'Adlam \u{1E900} Bank']]);
    const [first] = report.statements;
    if (!first) throw new Error('it has no statement');
    const named = { ...report, statements: [{ ...first, names: { ...first.names, customers } }] };
    await reportsIn(pool, log)(named, 'pdf', 'en');
    await reportsIn(pool, log)(serviceReport(single), 'pdf', 'en');
    expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { month: '2026-10', by: 'service', id: single.service, characters: ['U+1E900'] } },
    ]);
  });

  test('fail by themselves, and not what is asked for after them', async () => {
    const pool = createWorkerPool({ entry });
    onTestFinished(() => pool.close());
    const render = reportsIn(pool, keptLog().log);
    const broken = { ...serviceReport(single), statements: null } as unknown as ReturnType<
      typeof serviceReport
    >;
    await expect(render(broken, 'html', 'en')).rejects.toThrow(TypeError);
    expect((await render(serviceReport(single), 'html', 'en')).byteLength).toBeGreaterThan(1000);
  });
});
