import type { ErrorCode } from '../core/ledger/errors.js';
import { ValidationError } from '../services/ledger/entries.js';
import { BadRequestError, parameterFaults, type ParameterFault } from '../http/problem.js';
import type { PortalWords } from '../i18n/portal.js';

/** What is wrong with what a form said, to stand beside it; null: it is another kind of error. */
export function faultsIn(error: unknown): readonly ParameterFault[] | null {
  if (error instanceof BadRequestError) return error.faults;
  return error instanceof ValidationError ? parameterFaults(error) : null;
}

/** A fault in the words of a page; `english`: what there are no other words for. */
export interface WordedFault {
  readonly text: string;
  readonly english: string | null;
}

/** Whose names say more than a label would: what is told of them stands by itself. */
const unnamed = ['id', 'actor'];

export function wordFault(
  { refusals }: PortalWords,
  { parameter, detail, said }: ParameterFault,
): WordedFault {
  const labels: Readonly<Record<string, string>> = refusals.field;
  const field = parameter.split('.')[0] ?? parameter;
  const label = Object.hasOwn(labels, field) ? (labels[field] ?? parameter) : parameter;
  const join = (what: string): string => (unnamed.includes(field) ? what : refusals.join(label, what));
  if (said) return { text: join(sayingText(refusals.say, said)), english: null };
  return { text: join(refusals.general), english: detail };
}

function sayingText(say: PortalWords['refusals']['say'], [code, ...values]: ErrorCode): string {
  return (say[code] as (...values: readonly unknown[]) => string)(...values);
}
