import type { Config } from '../../src/config/config.js';
import type { Plan, QualityCause } from '../../src/core/plan.js';
import { ratio, zero } from '../../src/core/number.js';

/**
 * The configuration of `statedOctober` with two services that can't be judged, as no file can say it, since it is checked:
 * the class of `other` is in no plan, and `single` has a path and a loss in percent of a commitment of 0.
 */
export function unjudgeable(config: Config, ids: readonly ('other' | 'single')[]): Config {
  const { book } = config;
  const services = book.services.map((service) =>
    service.id === 'other' && ids.includes('other')
      ? { ...service, terms: service.terms.map((term) => ({ ...term, class: 'gone' })) }
      : service,
  );
  const plans = ids.includes('single')
    ? new Map([...book.plans].map(([id, plan]) => [id, overNothing(plan)] as const))
    : book.plans;
  return { ...config, book: { ...book, services, plans } };
}

/** Why, in the words of the judgement. */
export const unjudgedReasons = {
  other: 'plan ctg-cloud-connection has no class gone',
  single: 'an excess in percent over a loss commitment of 0 is no figure',
} as const;

function overNothing(plan: Plan): Plan {
  const share = { of: ratio(1n, 20n), text: '5 %' };
  const cause: QualityCause = {
    kind: 'loss',
    id: 'loss',
    name: { en: 'loss' },
    classes: ['protected-single'],
    onlyBelow: null,
    atMost: null,
    trafficClasses: null,
    measure: 'excess-percent',
    decimals: null,
    paths: 'worst',
    steps: [{ over: zero, inclusive: false, credit: share, perUnit: null }],
  };
  return {
    ...plan,
    versions: plan.versions.map((version) => ({
      ...version,
      loss: { ...version.loss, commitment: zero },
      credit: { ...version.credit, minimumCoverage: zero, causes: [cause] },
    })),
  };
}
