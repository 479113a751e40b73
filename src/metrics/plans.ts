import { fromPercent } from '../core/number/decimal.js';
import type { QualityTerms } from '../core/quality/standing.js';
import type { MetricMaker } from './make.js';
import { metricNames } from './names.js';
import { toNumber } from './windows.js';

/** What plans say of quality, so that dashboards draw the contract and not what somebody remembered of it. */
export function planSeries(make: MetricMaker): (terms: readonly QualityTerms[]) => void {
  const edge = make.gauge(metricNames.bandEdge);
  const loss = make.gauge(metricNames.lossCommitment);
  return (terms) => {
    edge.reset();
    loss.reset();
    for (const { plan, latency, loss: rules } of terms) {
      loss.set({ plan }, toNumber(rules.commitment));
      for (const [level, { id, upToPercent }] of latency.bands.entries())
        if (upToPercent !== null) edge.set({ plan, band: id, level }, toNumber(fromPercent(upToPercent)));
    }
  };
}
