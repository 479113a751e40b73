import type { Part, PathPart } from '../../../core/statement/document.js';
import { hasAmounts } from '../../../core/statement/extract.js';
import { metOfAll, observedPercent } from '../observed.js';
import type { Report, ReportStatement } from '../report.js';
import { lowestPart, type WorstPath, worstLatency, worstLoss } from '../statement-figures.js';

/** One service's month in one line: what a summary shows of a statement. */
export interface SummaryRow extends ReportStatement {
  /** The part with the lowest availability: its figures stand for the service. */
  readonly lowest: Part;
  /** How many parts there are: more than one where the terms changed under the first rule set. */
  readonly parts: number;
  readonly observedPercent: string;
  /** Null: too much unobserved time leaves it undecided. */
  readonly met: boolean | null;
  /** Of all parts; they do not overlap. */
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly unobservedMs: number;
  /** Null: no path has a band, so nothing is said of it. */
  readonly latency: WorstPath | null;
  readonly loss: WorstPath | null;
  /** The paths that have a figure of latency or loss. */
  readonly measuredPaths: number;
  /** Null: whoever it is for sees no amounts. */
  readonly money: SummaryMoney | null;
}

interface SummaryMoney {
  readonly currency: string;
  readonly rent: string;
  readonly credit: string;
  /** Null: no tax rate is known. */
  readonly tax: string | null;
  readonly net: string | null;
  /** The first last day to claim; null: no claim is needed. */
  readonly claimBy: string | null;
}

/** A line for each statement, in the order of the report. */
export const summaryRows = ({ statements }: Pick<Report, 'statements'>): SummaryRow[] =>
  statements.flatMap((statement) => rowOf(statement) ?? []);

function rowOf(statement: ReportStatement): SummaryRow | null {
  const { parts, paths } = statement.document;
  const lowest = lowestPart(parts);
  if (!lowest) return null;
  const sumOf = (value: (part: Part) => number): number => parts.reduce((sum, part) => sum + value(part), 0);
  return {
    document: statement.document,
    seal: statement.seal,
    names: statement.names,
    lowest,
    parts: parts.length,
    observedPercent: observedPercent(lowest),
    met: metOfAll(parts),
    unavailableMs: sumOf((part) => part.unavailableMs),
    excusedMs: sumOf((part) => part.excusedMs),
    unobservedMs: sumOf((part) => part.unobservedMs),
    latency: worstLatency(paths),
    loss: worstLoss(paths),
    measuredPaths: paths.filter(hasFigure).length,
    money: moneyOf(statement),
  };
}

const hasFigure = ({ latencyUs, lossPpm }: PathPart): boolean => latencyUs !== null || lossPpm !== null;

function moneyOf({ document }: ReportStatement): SummaryMoney | null {
  if (!hasAmounts(document)) return null;
  const { rent, credit, tax, net } = document.total;
  const days = document.parts.flatMap(({ claim }) => claim?.lastDay ?? []).sort();
  return { currency: document.currency, rent, credit, tax, net, claimBy: days[0] ?? null };
}
