import type { Attribution } from '../../core/watch/attribution.js';
import type { EpochMs } from '../../core/types.js';
import { attributeOutages, type AttributeOptions } from './attribute-outages.js';
import type { ShownOutage } from './counted.js';

/**
 * Rows of agents that were cut off come later: what was said is said anew after a minute, and of what is long over
 * after an hour.
 */
const keptMs = 60_000;
const longKeptMs = 3_600_000;
const longOverMs = 86_400_000;
const mostKept = 10_000;

interface Kept {
  readonly said: Attribution;
  readonly quorum: string;
  readonly at: EpochMs;
  readonly until: EpochMs;
}

/** What was said of outages that are over is said again for a while. */
export function attributedLately(): typeof attributeOutages {
  const kept = new Map<string, Kept>();
  let turn: Promise<unknown> = Promise.resolve();
  const attribute = async (options: AttributeOptions, outages: readonly ShownOutage[]) => {
    const { now } = options;
    const quorum = JSON.stringify(options.quorum);
    const known = ({ ref }: ShownOutage): Attribution | null => {
      const one = kept.get(ref);
      return one && one.quorum === quorum && one.at <= now && now < one.until ? one.said : null;
    };
    const fresh = await attributeOutages(
      options,
      outages.filter((one) => known(one) === null),
    );
    const said = new Map(fresh.map(({ ref, attribution }) => [ref, attribution ?? null]));
    const all = outages.map((one) => ({ ...one, attribution: said.get(one.ref) ?? known(one) }));
    if (kept.size + fresh.length > mostKept) kept.clear();
    for (const { ref, measured, attribution } of fresh) {
      if (!attribution || !measured?.end) continue;
      const until = now + (now - measured.end.at > longOverMs ? longKeptMs : keptMs);
      kept.set(ref, { said: attribution, quorum, at: now, until });
    }
    return all;
  };
  return (options, outages) => {
    // One after the other: who asks for the same meanwhile finds it done.
    const mine = turn.then(() => attribute(options, outages));
    turn = mine.catch(() => undefined);
    return mine;
  };
}
