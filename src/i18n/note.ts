import type { BatchLine } from '../core/billing/batch.js';
import { english, type Words } from './en.js';
import type { ReportLanguage } from './languages.js';
import { simplified } from './zh-cn.js';
import { traditional } from './zh-tw.js';

export type NoteWords = Words['note'];

/** Why a line credits what it does. */
export function lineReason(
  line: Pick<BatchLine, 'kind' | 'of' | 'month' | 'revision' | 'availabilityPercent'>,
  { reason }: NoteWords,
): string {
  switch (line.kind) {
    case 'credit':
      return reason.credit(line.month, line.availabilityPercent ?? '');
    case 'adjustment':
      return reason.adjustment(line.month, String(line.revision));
    case 'reversal':
      return reason.reversal(line.of ?? '');
  }
}

export const noteWords: Record<ReportLanguage, NoteWords> = {
  en: english.note,
  'zh-CN': simplified.note,
  'zh-TW': traditional.note,
};
