import { compare, type Rational } from '../../core/number.js';
import type { Fault, KeyPath, Salvaged } from '../problem.js';
import { causeFaults, windowFaults } from './check-causes.js';
import { atMostFaults, fieldFaults, paysLess, shareFaults, twice } from './check-fields.js';
import type { RawPlan, RawVersion } from './schema.js';

type DraftVersion = Salvaged<RawVersion>;

/** What is wrong between the keys of a plan. */
export function checkPlan(plan: Salvaged<RawPlan>, isFaulty: (at: KeyPath) => boolean): Fault[] {
  const versions = plan.versions;
  if (versions === undefined) return [];
  if (versions.length === 0) {
    return isFaulty(['versions'])
      ? []
      : [{ at: ['versions'], what: 'is empty', allowed: 'at least one version' }];
  }
  const faults: Fault[] = [];
  for (const [index, version] of versions.entries()) {
    if (version === undefined) continue;
    const at: KeyPath = ['versions', index];
    const before = versions[index - 1]?.effectiveFrom;
    if (before !== undefined && version.effectiveFrom !== undefined && version.effectiveFrom <= before) {
      faults.push({
        at: [...at, 'effectiveFrom'],
        what: 'is not after the version before it',
        allowed: `a day after ${before}`,
      });
    }
    faults.push(...versionFaults(version, at, isFaulty));
  }
  return faults;
}

function versionFaults(version: DraftVersion, at: KeyPath, isFaulty: (at: KeyPath) => boolean): Fault[] {
  const every = version.measurement?.everyMinutes;
  return [
    ...(every !== undefined && 1440 % every !== 0
      ? [
          {
            at: [...at, 'measurement', 'everyMinutes'],
            what: 'does not divide a day',
            allowed: 'a divisor of 1440',
          },
        ]
      : []),
    ...sizeFaults(version, at),
    ...minimumSentFaults(version, at),
    ...noticeFaults(version, at),
    ...bandFaults(version.latency?.bands, [...at, 'latency', 'bands'], isFaulty),
    ...bandFaults(version.loss?.bands, [...at, 'loss', 'bands'], isFaulty),
    ...classFaults(version, at),
    ...trafficFaults(version, at),
    ...(version.availability?.degradedIsDown ?? []).flatMap((window, index) =>
      window ? windowFaults(window, [...at, 'availability', 'degradedIsDown', index]) : [],
    ),
    ...commitmentFaults(version, at),
    ...claimFaults(version, at),
    ...capFaults(version, at),
    ...causeFaults(version, at),
    ...fieldFaults(version, at),
  ];
}

function sizeFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const sizes = version.measurement?.sizes;
  if (sizes === undefined) return [];
  const where = [...at, 'measurement', 'sizes'];
  if (sizes.length === 0) return [{ at: where, what: 'is empty', allowed: 'at least one size' }];
  return sizes.flatMap((size, index) =>
    size !== undefined && sizes.indexOf(size) !== index
      ? [{ at: [...where, index], what: 'is given twice', allowed: 'each size once' }]
      : [],
  );
}

function minimumSentFaults({ measurement }: DraftVersion, at: KeyPath): Fault[] {
  const { minimumSent, packets } = measurement ?? {};
  if (minimumSent === undefined || packets === undefined || minimumSent <= packets) return [];
  return [
    {
      at: [...at, 'measurement', 'minimumSent'],
      what: 'is more than the packets of a size',
      allowed: `1 to ${packets}`,
    },
  ];
}

function noticeFaults({ exclusions }: DraftVersion, at: KeyPath): Fault[] {
  const { notice, noticeHours } = exclusions?.plannedMaintenance ?? {};
  if (notice === undefined || noticeHours === undefined) return [];
  return [
    {
      at: [...at, 'exclusions', 'plannedMaintenance', 'noticeHours'],
      onKey: true,
      what: 'says what notice says',
      allowed: 'notice alone: hours, or none',
    },
  ];
}

type DraftBands = Salvaged<RawVersion['latency']['bands']>;

function bandFaults(bands: DraftBands | undefined, at: KeyPath, isFaulty: (at: KeyPath) => boolean): Fault[] {
  if (bands === undefined || isFaulty(at)) return [];
  if (bands.length === 0) return [{ at, what: 'is empty', allowed: 'at least one band' }];
  const faults = twice(bands, at);
  for (const [index, band] of bands.entries()) {
    const end = (band?.upToPercent ?? null) as Rational | null;
    const last = index === bands.length - 1;
    const where = [...at, index, 'upToPercent'];
    if (last && end !== null) {
      faults.push({
        at: where,
        what: 'leaves what is above it in no band',
        allowed: 'no end on the last band',
      });
    }
    if (!last && end === null) {
      faults.push({ at: where, what: 'is missing', allowed: 'the last percentage that belongs to the band' });
    }
    const before = (bands[index - 1]?.upToPercent ?? null) as Rational | null;
    if (end !== null && before !== null && compare(end, before) <= 0) {
      faults.push({
        at: where,
        what: 'is not above the band before it',
        allowed: 'bands from the best to the worst',
      });
    }
  }
  return faults;
}

function classFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const classes = version.classes;
  if (classes === undefined) return [];
  const where = [...at, 'classes'];
  const faults = twice(classes, where);
  if (classes.length === 0) faults.push({ at: where, what: 'is empty', allowed: 'at least one class' });
  for (const [index, serviceClass] of classes.entries()) {
    const steps = serviceClass?.steps ?? [];
    const commitment = serviceClass?.commitmentPercent as Rational | undefined;
    const first = steps[0]?.below as Rational | undefined;
    if (commitment !== undefined && first !== undefined && compare(first, commitment) > 0) {
      faults.push({
        at: [...where, index, 'steps', 0, 'below'],
        what: 'credits an availability that meets the commitment',
        allowed: 'at most the commitmentPercent of the class',
        contradiction: true,
      });
    }
    for (const [number, step] of steps.entries()) {
      const here = [...where, index, 'steps', number];
      faults.push(...shareFaults(step, here));
      if (step) faults.push(...atMostFaults(step, here, false));
      const last = steps[number - 1];
      if (last && step) faults.push(...paysLess(last, step, here));
      const before = last?.below as Rational | undefined;
      const below = step?.below as Rational | undefined;
      if (before !== undefined && below !== undefined && compare(below, before) >= 0) {
        faults.push({
          at: [...here, 'below'],
          what: 'is not below the step before it',
          allowed: 'steps from the mildest to the deepest',
        });
      }
    }
  }
  return faults;
}

function trafficFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const classes = version.trafficClasses ?? [];
  const where = [...at, 'trafficClasses'];
  const faults = twice(classes, where);
  const seen = new Set<number>();
  for (const [index, each] of classes.entries()) {
    if (each?.dscp?.length === 0) {
      faults.push({ at: [...where, index, 'dscp'], what: 'is empty', allowed: 'at least one code point' });
    }
    for (const [number, dscp] of (each?.dscp ?? []).entries()) {
      if (dscp === undefined) continue;
      if (seen.has(dscp)) {
        faults.push({
          at: [...where, index, 'dscp', number],
          what: 'belongs to a class of traffic already',
          allowed: 'each code point once',
        });
      }
      seen.add(dscp);
    }
  }
  return faults;
}

/** What is measured over a commitment needs one above 0. */
function commitmentFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const loss = version.loss?.commitmentPercent as Rational | undefined;
  const traffic = version.trafficClasses ?? [];
  const lossIsNothing =
    loss?.n === 0n || traffic.some((each) => (each?.lossPercent as Rational | null)?.n === 0n);
  const jitterIsPromised =
    (version.jitter?.commitmentMs ?? null) !== null ||
    traffic.some((each) => (each?.jitterMs ?? null) !== null);
  const needs = (
    metric: string | undefined,
    relative: boolean,
    percent: boolean,
    where: KeyPath,
  ): Fault[] => {
    if (metric === 'loss' && percent && lossIsNothing) {
      const what = 'is a percentage of a commitment of 0';
      return [{ at: where, what, allowed: 'a loss commitment above 0, or measure: absolute' }];
    }
    if (metric === 'jitter' && relative && version.jitter !== undefined && !jitterIsPromised) {
      const what = 'is over a commitment that no field makes';
      return [{ at: where, what, allowed: 'jitter.commitmentMs: 2, or an absolute bound' }];
    }
    return [];
  };
  const causes = (version.credit?.causes ?? []).flatMap((cause, index) => {
    const here = [...at, 'credit', 'causes', index];
    if (cause === undefined) return [];
    if (cause.kind === 'loss' || cause.kind === 'jitter') {
      const { measure } = cause;
      return needs(
        cause.kind,
        measure !== 'absolute' && measure !== undefined,
        measure === 'excess-percent',
        [...here, 'measure'],
      );
    }
    return cause.kind === 'failed-days' || cause.kind === 'failed-windows' ? boundNeeds(cause, here) : [];
  });
  const windows = (version.availability?.degradedIsDown ?? []).flatMap((window, index) =>
    window ? boundNeeds(window, [...at, 'availability', 'degradedIsDown', index]) : [],
  );
  return [...causes, ...windows];

  function boundNeeds(
    draft: {
      readonly metric?: string | undefined;
      readonly overPercent?: unknown;
      readonly overCommitmentMs?: unknown;
    },
    here: KeyPath,
  ): Fault[] {
    if (draft.metric !== 'jitter') return [];
    const key = draft.overPercent === undefined ? 'overCommitmentMs' : 'overPercent';
    return needs('jitter', draft[key] !== undefined, false, [...here, key]);
  }
}

function claimFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const { claim, claimWithinDays } = version.credit ?? {};
  const where = [...at, 'credit', 'claim'];
  if (claim === undefined || claim === null) return [];
  const faults: Fault[] = [];
  if ((claimWithinDays ?? null) !== null) {
    faults.push({
      at: where,
      onKey: true,
      what: 'says again what claimWithinDays says',
      allowed: 'one of them',
    });
  }
  const { withinDays, withinMonths, after } = claim;
  if ((withinDays === undefined) === (withinMonths === undefined)) {
    faults.push({
      at: where,
      what: 'names no last day, or two',
      allowed: 'withinDays: 30, or withinMonths: 1',
    });
  }
  if (withinMonths !== undefined && after !== undefined) {
    faults.push({
      at: [...where, 'after'],
      onKey: true,
      what: 'goes with withinDays only',
      allowed: 'withinMonths: 1 alone: the end of the next month',
    });
  }
  return faults;
}

/** The most that a cap may be of what it is a share of: more than all the rents of its time caps nothing. */
const monthsOf = {
  month: 1,
  quarter: 3,
  'calendar-year': 12,
  'rolling-year': 12,
  'contract-year': 12,
} as const;

function capFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const caps = version.credit?.caps ?? [];
  return caps.flatMap((cap, index) => {
    const here = [...at, 'credit', 'caps', index];
    const isAgain = caps.findIndex((other) => other?.per === cap?.per && other?.over === cap?.over) !== index;
    const months = cap?.of === 'full-month' ? monthsOf[cap.over ?? 'month'] : 1;
    return [
      ...shareFaults(cap, here, 100 * months),
      ...(isAgain ? [{ at: here, what: 'is given twice', allowed: 'one cap per kind and time' }] : []),
    ];
  });
}
