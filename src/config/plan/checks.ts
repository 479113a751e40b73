import { compare, type Rational } from '../../core/number/rational.js';
import type { Fault, KeyPath } from '../problem.js';
import type { Salvaged } from '../shape/salvage.js';
import { causeFaults } from './check-causes.js';
import { fieldFaults } from './check-fields.js';
import { shareFaults, twice } from './check-lists.js';
import type { RawPlan, RawVersion } from './schema/schema.js';

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
    for (const [number, step] of steps.entries()) {
      const here = [...where, index, 'steps', number];
      faults.push(...shareFaults(step, here));
      const before = steps[number - 1]?.below as Rational | undefined;
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

function capFaults(version: DraftVersion, at: KeyPath): Fault[] {
  const caps = version.credit?.caps ?? [];
  return caps.flatMap((cap, index) => {
    const here = [...at, 'credit', 'caps', index];
    const isAgain = caps.findIndex((other) => other?.per === cap?.per && other?.over === cap?.over) !== index;
    return [
      ...shareFaults(cap, here),
      ...(isAgain ? [{ at: here, what: 'is given twice', allowed: 'one cap per kind and time' }] : []),
    ];
  });
}
