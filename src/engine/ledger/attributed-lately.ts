import type { Attribution } from '../../core/watch/attribution.js';
import type { EpochMs } from '../../core/types.js';
import { attributeOutages, type AttributeOptions } from './attribute-outages.js';
import type { ShownOutage } from './counted.js';

/** Rows of agents that were cut off come later: what was said is said anew after this. */
const keptMs = 60_000;
const mostKept = 10_000;

/** What was said of outages that are over is said again for a minute. */
export function attributedLately(): typeof attributeOutages {
  const kept = new Map<
    string,
    { readonly at: EpochMs; readonly quorum: string; readonly said: Attribution }
  >();
  return async (options: AttributeOptions, outages) => {
    const { now } = options;
    const quorum = JSON.stringify(options.quorum);
    const known = ({ ref }: ShownOutage): Attribution | null => {
      const one = kept.get(ref);
      return one && one.quorum === quorum && one.at <= now && now - one.at < keptMs ? one.said : null;
    };
    const fresh = await attributeOutages(
      options,
      outages.filter((one) => known(one) === null),
    );
    const said = new Map(fresh.map(({ ref, attribution }) => [ref, attribution ?? null]));
    const all = outages.map((one) => ({ ...one, attribution: said.get(one.ref) ?? known(one) }));
    if (kept.size + fresh.length > mostKept) kept.clear();
    for (const { ref, measured, attribution } of fresh)
      if (attribution && measured?.end) kept.set(ref, { at: now, quorum, said: attribution });
    return all;
  };
}
