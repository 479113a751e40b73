import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createReports } from '../../../src/services/reports.js';
import { renderReport } from '../../../src/render/report/formats.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { playQuarter } from './play.js';

requires({ commands: ['pdftotext'] });

test('the PDF of a service in a simulated quarter, as its text', { timeout: 120_000 }, async () => {
  const { config, store } = await playQuarter();
  try {
    const now = () => Date.parse('2026-11-05T00:00:00Z');
    const reports = createReports({ store, config: () => config, now, software: '0.0.0-test' });
    const service = config.book.services[0]?.id ?? '';
    let text = '';
    for (const month of ['2026-08', '2026-09', '2026-10']) {
      const selection = { by: 'service', id: service } as const;
      const report = await reports.report({ month, selection, revision: null, toDate: false });
      const file = join(tempDir(), 'report.pdf');
      writeFileSync(file, await renderReport(report, 'pdf', 'en'));
      const said = spawnSync('pdftotext', ['-raw', '-enc', 'UTF-8', file, '-'], { encoding: 'utf8' });
      expect(said.status).toBe(0);
      // Digests change with each new key of the configuration, and the zone data with each Node.js.
      text += said.stdout
        .replace(/[0-9a-f]{16,64}/g, '…')
        .replace(/^(Time zone data) \d{4}[a-z]$/gm, '$1 …')
        .replaceAll('\f', '--- page\n');
    }
    expect(text).toContain(service);
    await expect(text).toMatchFileSnapshot('quarter.pdf.txt');
  } finally {
    await store.close();
  }
});
