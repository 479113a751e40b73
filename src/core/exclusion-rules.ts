import { customerSideKinds, type Exclusion } from './exclusion.js';
import type { ErrorCode } from './ledger/errors.js';
import type { ExclusionRules } from './plan.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** One thing wrong with an exclusion: the key it is about, and a clear sentence. */
export interface ExclusionFault {
  readonly key: 'scope' | 'noticeAt' | 'proof';
  readonly message: string;
  readonly said: ErrorCode;
}

/** What the rules of its kind (contract 2.3 and 3, and the plan's) find wrong with an exclusion. */
export function exclusionFaults(exclusion: Exclusion, rules: ExclusionRules): ExclusionFault[] {
  const faults: ExclusionFault[] = [];
  if (customerSideKinds.includes(exclusion.kind) && reachesOthers(exclusion)) {
    faults.push({
      key: 'scope',
      message: `of ${exclusion.kind} may name services, customers and lines only: what lies with one customer excuses nothing that others share`,
      said: ['scope-shared'],
    });
  }
  if (exclusion.kind === 'planned-maintenance') faults.push(...plannedFaults(exclusion, rules));
  if (exclusion.kind === 'force-majeure') faults.push(...forceMajeureFaults(exclusion, rules));
  return faults;
}

function reachesOthers({ scope }: Exclusion): boolean {
  return scope === 'all' || scope.pops.length > 0 || scope.paths.length > 0;
}

function plannedFaults({ noticeAt, from }: Exclusion, rules: ExclusionRules): ExclusionFault[] {
  const hours = rules.plannedMaintenance.noticeHours;
  if (hours === null) return [];
  const required = `planned maintenance needs the time of its notice, ${hours === 0 ? '' : `at least ${hours} h `}before "from"`;
  if (noticeAt === null)
    return [{ key: 'noticeAt', message: `is missing: ${required}`, said: ['notice-needed', hours] }];
  if (noticeAt >= from || noticeAt > from - hours * hourMs) {
    return [
      {
        key: 'noticeAt',
        message: `is ${noticeAt >= from ? 'not before "from"' : 'too late'}: ${required}`,
        said: ['notice-late', hours],
      },
    ];
  }
  return [];
}

function forceMajeureFaults({ noticeAt, from, proof }: Exclusion, rules: ExclusionRules): ExclusionFault[] {
  const { noticeWithinDays, proof: proofNeeded } = rules.forceMajeure;
  const faults: ExclusionFault[] = [];
  if (noticeWithinDays !== null) {
    const required = `force majeure needs the time of its written notice, at most ${noticeWithinDays} days after "from"`;
    if (noticeAt === null)
      faults.push({
        key: 'noticeAt',
        message: `is missing: ${required}`,
        said: ['written-notice-needed', noticeWithinDays],
      });
    else if (noticeAt > from + noticeWithinDays * dayMs) {
      faults.push({
        key: 'noticeAt',
        message: `is too late: ${required}`,
        said: ['written-notice-late', noticeWithinDays],
      });
    }
  }
  if (proofNeeded && (proof === null || proof.trim() === '')) {
    faults.push({
      key: 'proof',
      message: 'is missing: force majeure needs its proof, as text',
      said: ['proof-needed'],
    });
  }
  return faults;
}
