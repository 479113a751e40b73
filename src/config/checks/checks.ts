import type { Fault } from '../problem.js';
import { checkCommitments } from './commitments.js';
import type { Draft, IsFaulty } from './draft.js';
import { checkHttp } from './http.js';
import { checkMeasurement } from './measurement.js';
import { checkMesh } from './mesh.js';
import { checkNeeds } from './needs.js';
import { checkNotifications } from './notifications.js';
import { checkPaths } from './paths.js';
import { checkPops } from './pops.js';
import { checkProbe } from './probe.js';
import { checkWatch } from './watch.js';
import { checkDriver, checkRetention, checkStore } from './services.js';

/** What is wrong between keys that are each right by themselves. */
export function checkAll(draft: Draft, isFaulty: IsFaulty): Fault[] {
  return [
    ...checkNeeds(draft, isFaulty),
    ...checkMesh(draft, isFaulty),
    ...checkPops(draft, isFaulty),
    ...checkPaths(draft, isFaulty),
    ...checkCommitments(draft, isFaulty),
    ...checkMeasurement(draft),
    ...checkProbe(draft),
    ...checkWatch(draft),
    ...checkDriver(draft),
    ...checkRetention(draft),
    ...checkStore(draft),
    ...checkHttp(draft),
    ...checkNotifications(draft),
  ];
}
