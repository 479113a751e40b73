import type { StatementDocument } from './document.js';

/**
 * What a statement's figures rest on, and those figures: when it is another, the month has to be stated anew. Without
 * what only tells when and by whom it was drawn up, without words on it, and without what is there of other services
 * (caps and sites: what they do to this one shows in its amounts).
 */
export function substanceOf(document: StatementDocument): object {
  const { month, service, customer, site, sellers, currency, total, complete } = document;
  const { paths, outages, exclusions, unobserved, inputs } = document;
  return {
    ...{ month, service, customer, site, sellers, currency, total, complete },
    ...{ paths, outages, exclusions, unobserved },
    rounds: inputs.rounds,
    parts: document.parts.map(({ plan: { id, version }, ...part }) => ({
      plan: { id, version },
      ...Object.fromEntries(Object.entries(part).filter(([key]) => !beside.has(key))),
    })),
  };
}

const beside = new Set(['explain', 'rulings', 'toDate', 'bounds', 'caps', 'siteMonth']);
