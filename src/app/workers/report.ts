import { Worker } from 'node:worker_threads';
import { renderReport, type ReportFormat } from '../../render/report/formats.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import type { Report } from '../../render/report/report.js';

export interface RenderTask {
  readonly report: Report;
  readonly format: ReportFormat;
  readonly language: ReportLanguage;
}

type RenderReport = typeof renderReport;

interface ReportWorkerOptions {
  /** What the thread runs. */
  readonly entry?: URL;
}

const quick: readonly ReportFormat[] = ['json', 'csv'];

/**
 * Makes reports in a thread of their own, one at a time: setting pages takes longer than a probe may wait. What is
 * done at once is done here.
 */
export function startReportWorker({ entry }: ReportWorkerOptions = {}): RenderReport {
  const program = entry ?? new URL('./report-thread.js', import.meta.url);
  let last: Promise<unknown> = Promise.resolve();
  return (report, format, language) => {
    if (quick.includes(format)) return renderReport(report, format, language);
    const mine = last.then(() => inThread(program, { report, format, language }));
    last = mine.catch(() => undefined);
    return mine;
  };
}

function inThread(program: URL, task: RenderTask): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`the thread that makes reports ended with ${code} and no report`));
    });
  });
}
