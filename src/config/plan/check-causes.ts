import type { Fault, KeyPath, Salvaged } from '../problem.js';
import { atMostFaults, shareFaults, stepFaults, twice } from './check-fields.js';
import type { RawCause } from './causes.js';
import type { RawVersion } from './schema.js';

type DraftCause = Salvaged<RawCause>;
type Draft<K extends RawCause['kind']> = Extract<DraftCause, { readonly kind?: K | undefined }>;

export function causeFaults(version: Salvaged<RawVersion>, at: KeyPath): Fault[] {
  const causes = version.credit?.causes ?? [];
  const where = [...at, 'credit', 'causes'];
  const classIds = (version.classes ?? []).flatMap((each) => each?.id ?? []);
  const trafficIds = (version.trafficClasses ?? []).flatMap((each) => each?.id ?? []);
  const faults = twice(causes, where);
  for (const [index, cause] of causes.entries()) {
    if (cause === undefined) continue;
    const here = [...where, index];
    if (cause.id === 'availability') {
      faults.push({
        at: [...here, 'id'],
        what: 'is taken by the steps of the classes',
        allowed: 'another id',
      });
    }
    const traffic = 'trafficClasses' in cause ? cause.trafficClasses : undefined;
    faults.push(
      ...kindFaults(cause, here),
      ...atMostFaults(cause, here, true),
      ...unknownOnes(cause.classes, classIds, [...here, 'classes'], 'is no class of this version'),
      ...unknownOnes(
        traffic,
        trafficIds,
        [...here, 'trafficClasses'],
        'is no class of traffic of this version',
      ),
    );
  }
  return faults;
}

function kindFaults(cause: DraftCause, at: KeyPath): Fault[] {
  switch (cause.kind) {
    case 'latency':
    case 'loss':
    case 'jitter':
      return stepFaults(cause.steps ?? [], [...at, 'steps']);
    case 'downtime':
      return unitsOrSteps(cause, 'unitMinutes', 60, at);
    case 'late-delivery':
      return unitsOrSteps(cause, 'unitDays', 1, at);
    case 'failed-days':
      return [...shareFaults(cause, at), ...dayFaults(cause, at)];
    case 'failed-windows':
      return [...shareFaults(cause, at), ...windowFaults(cause, at)];
    case 'long-outages':
      return shareFaults(cause, at);
    case undefined:
      return [];
  }
}

/** Credit by the unit, with its share, or by steps; never both. */
function unitsOrSteps(
  cause: Draft<'downtime'> | Draft<'late-delivery'>,
  unit: 'unitMinutes' | 'unitDays',
  example: number,
  at: KeyPath,
): Fault[] {
  const draft = cause as Readonly<Record<string, unknown>>;
  const allowed = `${unit}: ${example}, count: started and a share, or steps`;
  if (cause.steps === undefined) {
    return [
      ...shareFaults(cause, at),
      ...[unit, 'count'].flatMap((key) =>
        draft[key] === undefined ? [{ at: [...at, key], what: 'is missing', allowed }] : [],
      ),
    ];
  }
  const beside = [unit, 'count', 'percent', 'fraction'].filter((key) => draft[key] !== undefined);
  if (beside.length > 0) {
    const what = `does not go with ${beside.join(' and ')}`;
    return [{ at: [...at, 'steps'], onKey: true, what, allowed }];
  }
  return stepFaults(cause.steps, [...at, 'steps']);
}

const bounds = ['overPercent', 'overMs', 'overCommitmentMs'] as const;

function dayFaults(cause: Draft<'failed-days'>, at: KeyPath): Fault[] {
  if (cause.metric === undefined) return [];
  if (cause.metric !== 'availability') {
    const below: Fault[] =
      cause.belowPercent === undefined
        ? []
        : [
            {
              at: [...at, 'belowPercent'],
              onKey: true,
              what: `does not go with the metric ${cause.metric}`,
              allowed: boundsOf(cause.metric).join(', '),
            },
          ];
    return [...below, ...boundFaults(cause.metric, cause, at)];
  }
  return [
    ...(cause.belowPercent === undefined
      ? [
          {
            at: [...at, 'belowPercent'],
            what: 'is missing',
            allowed: 'days of availability fail by belowPercent',
          },
        ]
      : []),
    ...bounds.flatMap((key) =>
      cause[key] === undefined
        ? []
        : [
            {
              at: [...at, key],
              onKey: true,
              what: 'does not go with the metric availability',
              allowed: 'belowPercent',
            },
          ],
    ),
  ];
}

const boundsOf = (metric: string): readonly string[] => (metric === 'loss' ? ['overPercent'] : bounds);

type DraftBound = { readonly [K in (typeof bounds)[number]]?: unknown };

function boundFaults(metric: string, draft: DraftBound, at: KeyPath): Fault[] {
  const fitting = boundsOf(metric);
  const given = bounds.filter((key) => draft[key] !== undefined);
  const wrongOnes = given.filter((key) => !fitting.includes(key));
  if (wrongOnes.length > 0) {
    return wrongOnes.map((key) => ({
      at: [...at, key],
      onKey: true,
      what: `does not go with the metric ${metric}`,
      allowed: fitting.join(', '),
    }));
  }
  if (given.length === 1) return [];
  return [
    {
      at: given.length === 0 ? at : [...at, given[1] ?? ''],
      what: given.length === 0 ? 'has no bound' : 'is a second bound',
      allowed: `one of ${fitting.join(', ')}`,
    },
  ];
}

export function windowFaults(
  window: Salvaged<RawVersion['availability']['degradedIsDown'][number]>,
  at: KeyPath,
): Fault[] {
  const { metric, windows, windowMinutes } = window;
  const faults = metric === undefined ? [] : boundFaults(metric, window, at);
  if (windows === 'calendar' && windowMinutes !== undefined && 1440 % windowMinutes !== 0) {
    faults.push({
      at: [...at, 'windowMinutes'],
      what: 'does not divide a day',
      allowed: 'a divisor of 1440, or windows: sliding',
    });
  }
  return faults;
}

function unknownOnes(
  ids: readonly (string | undefined)[] | null | undefined,
  known: readonly string[],
  at: KeyPath,
  what: string,
): Fault[] {
  if (ids?.length === 0) {
    return [
      { at, what: 'is empty, so it holds for nothing', allowed: 'at least one, or nothing for all of them' },
    ];
  }
  return (ids ?? []).flatMap((id, index) =>
    id === undefined || known.includes(id)
      ? []
      : [
          {
            at: [...at, index],
            what,
            allowed: known.length === 0 ? 'none: there are none' : known.join(', '),
          },
        ],
  );
}
