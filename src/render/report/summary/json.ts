import { totalsOf } from '../blocks.js';
import { type Report, reportState } from '../report.js';
import { type SummaryRow, summaryRows } from './rows.js';

const summaryJsonFormat = 'pop-sla-summary/1';

function summaryJson(report: Report) {
  const { month, selection, statements } = report;
  return {
    format: summaryJsonFormat,
    month,
    selection,
    state: reportState(report),
    totals: totalsOf(statements.map(({ document }) => document)),
    services: summaryRows(report).map(rowJson),
  };
}

function rowJson(row: SummaryRow) {
  const { document, seal, names, lowest, latency, loss } = row;
  return {
    statement: document.id,
    service: document.service,
    customer: document.customer,
    customerName: names.customers.get(document.customer) ?? document.customer,
    site: document.site,
    siteName: names.sites.get(document.site) ?? document.site,
    state: document.state,
    revision: document.revision,
    toDate: document.toDate,
    complete: document.complete,
    parts: row.parts,
    availabilityPercent: lowest.availabilityPercent,
    availabilityLowerBoundPercent: lowest.availabilityLowerBoundPercent ?? null,
    availabilityToDatePercent: lowest.toDate?.availabilityPercent ?? null,
    observedPercent: row.observedPercent,
    commitmentPercent: lowest.commitmentPercent,
    met: row.met,
    unavailableMs: row.unavailableMs,
    excusedMs: row.excusedMs,
    unobservedMs: row.unobservedMs,
    paths: document.paths.length,
    measuredPaths: row.measuredPaths,
    latency: latency && {
      band: latency.band,
      path: latency.path.path,
      latencyUs: latency.path.latencyUs,
      commitmentUs: latency.path.commitmentUs,
      excessPercent: latency.path.excessPercent,
    },
    loss: loss && { band: loss.band, path: loss.path.path, lossPpm: loss.path.lossPpm },
    // Without amounts there is no place for them.
    ...(row.money && { money: row.money }),
    ...(seal && { hash: seal.hash, sealedAt: seal.sealedAt }),
  };
}

export const summaryJsonText = (report: Report): string =>
  `${JSON.stringify(summaryJson(report), null, 2)}\n`;
