import { renderReport, type ReportFormat } from '../../render/report/formats.js';
import type { WorkerPool } from './pool.js';

type RenderReport = typeof renderReport;

/** Formats that take no longer than their transfer to a thread would. */
const quick: readonly ReportFormat[] = ['json', 'csv'];

/** Renders reports in a thread, because setting pages takes longer than a probe may wait. */
export const reportsIn =
  (pool: Pick<WorkerPool, 'run'>): RenderReport =>
  (report, format, language) =>
    quick.includes(format)
      ? renderReport(report, format, language)
      : pool.run('report', { report, format, language });
