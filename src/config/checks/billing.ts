import { givenTwice } from '../given-twice.js';
import type { Fault } from '../problem.js';
import type { Draft } from './draft.js';

/** Numbers of two issuers never meet, a range has numbers, and an account is said once. */
export function checkBilling({ billing }: Draft): Fault[] {
  const issuers = billing?.issuers ?? [];
  const ofIssuers = (key: string) => (index: number) => ['billing', 'issuers', index, ...key.split('.')];
  const ranges = issuers.flatMap((issuer, index): Fault[] => {
    const { first, last } = issuer?.notes ?? {};
    if (first === undefined || last === undefined || first <= last) return [];
    const at = ofIssuers('notes.last')(index);
    return [{ at, what: `is less than "first", ${first}`, allowed: 'the last number of the range' }];
  });
  return [
    ...givenTwice(
      issuers.map((issuer) => issuer?.id),
      { list: 'issuers', at: ofIssuers('id'), allowed: 'each once' },
    ),
    ...givenTwice(
      issuers.map((issuer) => issuer?.notes?.prefix),
      { list: 'issuers', at: ofIssuers('notes.prefix'), allowed: 'each once' },
    ),
    ...ranges,
    ...givenTwice(
      (billing?.accounts ?? []).map((account) => account?.currency),
      {
        list: 'accounts',
        at: (index) => ['billing', 'accounts', index, 'currency'],
        allowed: 'each once',
      },
    ),
  ];
}
