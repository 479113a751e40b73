import { compare, ratio } from '../../core/number/rational.js';
import { asPercent, formatShort } from '../../core/number/decimal.js';
import type { Fault, KeyPath } from '../problem.js';
import type { RawPlan, RawVersion } from './schema/schema.js';

/** What a good plan says that a contract seldom means: for a person to look at once more. */
export function oddities(plan: RawPlan): Fault[] {
  return plan.versions.flatMap((version, index) => {
    const at: KeyPath = ['versions', index];
    return [
      ...oddClasses(version, at),
      ...oddWindows(version, at),
      ...oddCredit(version, at),
      ...(version.availability.excusedBy.length === 0
        ? [
            {
              at: [...at, 'availability', 'excusedBy'],
              what: 'is empty: no maintenance and no act of the customer excuses an outage',
            },
          ]
        : []),
    ];
  });
}

function oddClasses(version: RawVersion, at: KeyPath): Fault[] {
  return version.classes.flatMap((each, index): Fault[] => {
    const here = [...at, 'classes', index];
    const promised = `${formatShort(asPercent(each.commitmentPercent), 15)} %`;
    const odd: Fault[] = [];
    if (compare(each.commitmentPercent, ratio(1n, 2n)) < 0) {
      odd.push({
        at: [...here, 'commitmentPercent'],
        what: `promises ${promised}: a percentage is meant, 99.9 and not 0.999`,
      });
    }
    const [first] = each.steps;
    if (first && compare(first.below, each.commitmentPercent) < 0) {
      odd.push({
        at: [...here, 'steps', 0, 'below'],
        what: `leaves what is below the commitment of ${promised} and not below this without a credit`,
      });
    }
    const paidByCause = version.credit.causes.some(
      ({ classes }) => classes === null || classes.includes(each.id),
    );
    // A ruling on the class says that its silence is meant.
    if (!first && !paidByCause && !version.rulings.some(({ field }) => field === `classes.${each.id}`)) {
      odd.push({ at: here, what: 'has a commitment and no credit: no step, and no cause that holds for it' });
    }
    return odd;
  });
}

function oddWindows({ measurement, availability, credit }: RawVersion, at: KeyPath): Fault[] {
  const windows = [
    ...availability.degradedIsDown.map((window, index) => ({
      window,
      here: [...at, 'availability', 'degradedIsDown', index],
    })),
    ...credit.causes.flatMap((cause, index) =>
      cause.kind === 'failed-windows' ? [{ window: cause, here: [...at, 'credit', 'causes', index] }] : [],
    ),
  ];
  return windows.flatMap(({ window, here }) =>
    window.windowMinutes < measurement.everyMinutes
      ? [
          {
            at: [...here, 'windowMinutes'],
            what: `is shorter than the ${measurement.everyMinutes} minutes between rounds: some windows have no round, and fail never`,
          },
        ]
      : [],
  );
}

function oddCredit({ credit, classes }: RawVersion, at: KeyPath): Fault[] {
  const pays =
    credit.causes.length > 0 || classes.some(({ steps }) => steps.some(({ forEvery }) => forEvery));
  if (credit.caps.length > 0 || !pays) return [];
  return [{ at: [...at, 'credit', 'caps'], what: 'is empty: nothing limits what is credited' }];
}
