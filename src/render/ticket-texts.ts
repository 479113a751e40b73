import type { ReportLanguage } from '../i18n/languages.js';
import { portalWords, type PortalWords } from '../i18n/portal.js';
import { reportWords, type ReportWords, wordFor } from '../i18n/report.js';
import { type Filed, readSubject, readText } from './ticket-words.js';

/** What of the words of one language a report's own texts are said in. */
interface TicketSpeech {
  readonly w: Pick<PortalWords, 'bands' | 'faults'>;
  readonly r: Pick<ReportWords, 'bandName'>;
}

export const ticketSpeech = (language: ReportLanguage): TicketSpeech => ({
  w: portalWords[language],
  r: reportWords[language],
});

const bandText = ({ w, r }: TicketSpeech, id: string | null): string =>
  id === null ? w.bands.notMeasured : wordFor(r.bandName, id);

/** `HKG>SIN` as people read it. */
export const pathText = (path: string): string => path.replace('>', ' → ');

/** The subject of a report; where nobody wrote it, in the language of whoever reads it. */
export function subjectOf(report: Filed, speech: TicketSpeech): string {
  const made = readSubject(report);
  if (made === null) return report.subject;
  return speech.w.faults.madeSubject(pathText(made.of), bandText(speech, made.band));
}

/** The same of its text. */
export function textOf(report: Filed, speech: TicketSpeech): string {
  const made = readText(report);
  const window = report.evidence?.window;
  if (made === null || window === undefined) return report.text;
  const { faults } = speech.w;
  return faults.filedFrom(faults.evidenceOf[window], bandText(speech, made.band));
}

/** A report with its own texts in one language, as other systems get it. */
export const inLanguage = <T extends Filed>(report: T, language: ReportLanguage): T => {
  const speech = ticketSpeech(language);
  return { ...report, subject: subjectOf(report, speech), text: textOf(report, speech) };
};
