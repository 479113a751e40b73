import type { SealedStatement, StatementDocument } from '../../core/statement/document.js';
import type { Names } from '../../core/statement/names.js';
import type { Locale } from '../../i18n/locale.js';

/** What a report is of. */
export const reportGroups = ['service', 'customer', 'site', 'reseller'] as const;
type ReportGroup = (typeof reportGroups)[number];

export interface ReportSelection {
  /** `all`: the whole month. */
  readonly by: ReportGroup | 'all';
  /** Null for the whole month. */
  readonly id: string | null;
}

type Seal = Omit<SealedStatement, 'document'>;

export interface ReportStatement {
  readonly document: StatementDocument;
  /** Null: a draft. */
  readonly seal: Seal | null;
  /** Of a sealed one, the names as of its sealing. */
  readonly names: Names;
}

/** One or many statements of one month, as they are handed out. */
export interface Report {
  /** `2026-10`. */
  readonly month: string;
  readonly selection: ReportSelection;
  readonly statements: readonly ReportStatement[];
  /** Of what the report is of, and of its groups. */
  readonly names: Names;
}

type ReportState = 'sealed' | 'draft' | 'mixed';

const draftsIn = ({ statements }: Pick<Report, 'statements'>): number =>
  statements.filter(({ document }) => document.state === 'draft').length;

export function reportState(report: Pick<Report, 'statements'>): ReportState {
  const drafts = draftsIn(report);
  if (drafts === 0 && report.statements.length > 0) return 'sealed';
  return drafts === report.statements.length ? 'draft' : 'mixed';
}

/** Says that statements of it are not sealed; null: there is no draft among them. */
export function draftNotice(report: Pick<Report, 'statements'>, { words }: Locale): string | null {
  const [drafts, all] = [draftsIn(report), report.statements.length];
  if (drafts === 0) return null;
  return drafts === all ? words.draftNotice : words.mixedNotice(drafts, all);
}

/** By customer, site and service, so that the same statements always stand in the same order. */
export function inReportOrder(statements: readonly ReportStatement[]): ReportStatement[] {
  const keyOf = ({ document }: ReportStatement) => [document.customer, document.site, document.service];
  return [...statements].sort((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    const at = one.findIndex((part, index) => part !== other[index]);
    return at < 0 ? 0 : (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
  });
}
