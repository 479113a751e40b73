import { customerSideKinds, type Exclusion } from './exclusion.js';
import type { RefusalCode } from './ledger/errors.js';
import type { ExclusionRules } from './plan.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Why an exclusion is invalid: the key it is about, and the code. */
export interface ExclusionFault {
  readonly key: 'scope' | 'noticeAt' | 'proof';
  readonly code: RefusalCode;
}

/** What the rules of its kind (contract 2.3 and 3, and the plan's) find wrong with an exclusion. */
export function exclusionFaults(exclusion: Exclusion, rules: ExclusionRules): ExclusionFault[] {
  const faults: ExclusionFault[] = [];
  const { kind } = exclusion;
  if (customerSideKinds.includes(kind) && reachesOthers(exclusion))
    faults.push({ key: 'scope', code: ['scope-shared', kind] });
  if (kind === 'planned-maintenance') faults.push(...plannedFaults(exclusion, rules));
  if (kind === 'force-majeure') faults.push(...forceMajeureFaults(exclusion, rules));
  return faults;
}

function reachesOthers({ scope }: Exclusion): boolean {
  return scope === 'all' || scope.pops.length > 0 || scope.paths.length > 0;
}

function plannedFaults({ noticeAt, from }: Exclusion, rules: ExclusionRules): ExclusionFault[] {
  const hours = rules.plannedMaintenance.noticeHours;
  if (hours === null) return [];
  if (noticeAt === null) return [{ key: 'noticeAt', code: ['notice-needed', hours] }];
  if (noticeAt < from && noticeAt <= from - hours * hourMs) return [];
  return [{ key: 'noticeAt', code: ['notice-late', hours, noticeAt >= from] }];
}

function forceMajeureFaults({ noticeAt, from, proof }: Exclusion, rules: ExclusionRules): ExclusionFault[] {
  const { noticeWithinDays: days, proof: proofNeeded } = rules.forceMajeure;
  const faults: ExclusionFault[] = [];
  if (days !== null) {
    if (noticeAt === null) faults.push({ key: 'noticeAt', code: ['written-notice-needed', days] });
    else if (noticeAt > from + days * dayMs)
      faults.push({ key: 'noticeAt', code: ['written-notice-late', days] });
  }
  if (proofNeeded && (proof === null || proof.trim() === ''))
    faults.push({ key: 'proof', code: ['proof-needed'] });
  return faults;
}
