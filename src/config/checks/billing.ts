import type { Fault } from '../problem.js';
import type { Draft } from './draft.js';

/** Numbers of two issuers never meet, a range has numbers, and an account is said once. */
export function checkBilling({ billing }: Draft): Fault[] {
  const issuers = billing?.issuers ?? [];
  const twice = (
    values: readonly (string | undefined)[],
    at: (index: number) => readonly (string | number)[],
    where: string,
  ): Fault[] =>
    values.flatMap((value, index) => {
      const first = value === undefined ? index : values.indexOf(value);
      if (first === index) return [];
      return [{ at: at(index), what: `is given twice: ${where}[${first}] has it`, allowed: 'each once' }];
    });
  const ofIssuers = (key: string) => (index: number) => ['billing', 'issuers', index, ...key.split('.')];
  const ranges = issuers.flatMap((issuer, index): Fault[] => {
    const { first, last } = issuer?.notes ?? {};
    if (first === undefined || last === undefined || first <= last) return [];
    const at = ofIssuers('notes.last')(index);
    return [{ at, what: `is less than "first", ${first}`, allowed: 'the last number of the range' }];
  });
  return [
    ...twice(
      issuers.map((issuer) => issuer?.id),
      ofIssuers('id'),
      'issuers',
    ),
    ...twice(
      issuers.map((issuer) => issuer?.notes?.prefix),
      ofIssuers('notes.prefix'),
      'issuers',
    ),
    ...ranges,
    ...twice(
      (billing?.accounts ?? []).map((account) => account?.currency),
      (index) => ['billing', 'accounts', index, 'currency'],
      'accounts',
    ),
  ];
}
