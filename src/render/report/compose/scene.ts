import type { Locale } from '../locale.js';
import type { ReportNames, ReportStatement } from '../report.js';

/** What every piece of a statement is composed from. */
export interface Scene extends ReportStatement {
  readonly locale: Locale;
  readonly names: ReportNames;
}

/** `海港銀行 (harbour-bank)`; the id alone where it has no name. */
export function named(names: ReadonlyMap<string, string>, id: string): string {
  const name = names.get(id);
  return name === undefined || name === id ? id : `${name} (${id})`;
}

/** What a draft is called, and a sealed one. */
export const stateOf = ({ document, locale: { words } }: Pick<Scene, 'document' | 'locale'>): string =>
  document.state === 'sealed' ? words.sealed : words.draft;
