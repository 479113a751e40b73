import type { MonthJudgement } from '../../core/statement/judge.js';

export function explainMonth(judgement: MonthJudgement): string {
  return `${judgement.case.month.name}\n`;
}
