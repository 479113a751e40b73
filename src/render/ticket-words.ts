import type { Ticket } from '../core/ticket/report.js';

/** What a report says that nobody wrote: it was made of the band that it was filed from. */
interface MadeSubject {
  /** A path or a service. */
  readonly of: string;
  /** Null: nothing was measured. */
  readonly band: string | null;
}

const none = 'not measured';

/** The subject of a report that is filed without one. */
export const madeSubject = (of: string, band: string | null): string => `${of}: ${band ?? none}`;

/** The text of a report that is filed without one. */
export const madeText = (window: string, band: string | null): string =>
  `filed from the band: ${window} ${band ?? none}`;

export type Filed = Pick<Ticket, 'subject' | 'text' | 'path' | 'service'> & {
  readonly evidence: Pick<NonNullable<Ticket['evidence']>, 'window'> | null;
};

/** What a subject was made of, to be said in the language of whoever reads it; null: somebody wrote it. */
export function readSubject({ subject, path, service, evidence }: Filed): MadeSubject | null {
  const of = path ?? service;
  if (of === null || evidence === null || !subject.startsWith(`${of}: `)) return null;
  const band = subject.slice(of.length + 2);
  return /^[a-z][a-z0-9-]*$|^not measured$/.test(band) ? { of, band: band === none ? null : band } : null;
}

/** The same of a text. */
export function readText({ text, evidence }: Filed): { readonly band: string | null } | null {
  const start = evidence && `filed from the band: ${evidence.window} `;
  if (start === null || !text.startsWith(start)) return null;
  const band = text.slice(start.length);
  return /^[a-z][a-z0-9-]*$|^not measured$/.test(band) ? { band: band === none ? null : band } : null;
}
