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
  { parameter, detail, code }: ParameterFault,
): WordedFault {
  const labels: Readonly<Record<string, string>> = refusals.field;
  const field = parameter.split('.')[0] ?? parameter;
  const label = Object.hasOwn(labels, field) ? (labels[field] ?? parameter) : parameter;
  const join = (what: string): string => (unnamed.includes(field) ? what : refusals.join(label, what));
  if (code) return { text: join(textOfCode(refusals.say, code)), english: null };
  return { text: join(refusals.general), english: detail };
}

function textOfCode(say: PortalWords['refusals']['say'], [name, ...values]: ErrorCode): string {
  return (say[name] as (...values: readonly unknown[]) => string)(...values);
}
