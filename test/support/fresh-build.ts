/**
 * Runs before any test: many tests start the built program, and would pass or fail by yesterday's code when the sources
 * have changed since it was built. `npm test` builds first; this refuses `npx vitest run` on a stale build.
 */
import { staleBuild } from '../../.node/build-state.mjs';

export default function requireFreshBuild(): void {
  const reason = staleBuild();
  if (reason !== null) throw new Error(`dist is stale: ${reason}. Build first: npm run build`);
}
