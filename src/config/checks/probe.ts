import { isIPv6 } from 'node:net';
import { driversWithPacketOptions } from '../drivers.js';
import type { Fault, KeyPath } from '../problem.js';
import type { Draft } from './draft.js';
import { pathsOf } from './paths.js';

/** Packet options are asked of a driver that has them, and a source address fits what it is to reach. */
export function checkProbe(draft: Draft): Fault[] {
  return [...checkDriverHasThem(draft), ...checkFamilies(draft)];
}

const everywhere: KeyPath = ['measurement', 'probe'];

function checkDriverHasThem(draft: Draft): Fault[] {
  const kind = draft.driver?.kind;
  if (kind === undefined || driversWithPacketOptions.includes(kind)) return [];
  const given: KeyPath[] = draft.measurement?.probe === undefined ? [] : [everywhere];
  for (const [index, entry] of (draft.paths?.include ?? []).entries()) {
    if (entry?.probe !== undefined) given.push(['paths', 'include', index, 'probe']);
  }
  return given.map((at) => ({
    at,
    onKey: true,
    what: `can't be done by the driver ${kind}`,
    allowed: `with the drivers ${driversWithPacketOptions.join(', ')}`,
  }));
}

function checkFamilies(draft: Draft): Fault[] {
  const faults = new Map<string, Fault>();
  for (const { id, destination, entry } of pathsOf(draft)) {
    const index = draft.paths?.include?.findIndex((item) => item?.path === entry.path) ?? -1;
    const own = draft.paths?.include?.[index]?.probe?.sourceAddress;
    const source = own ?? draft.measurement?.probe?.sourceAddress;
    const pop = draft.pops?.find((item) => item?.id === destination);
    const target = pop?.ipv4 ?? pop?.ipv6;
    if (source === undefined || target === undefined || isIPv6(source) === isIPv6(target)) continue;
    const at = own === undefined ? everywhere : ['paths', 'include', index, 'probe'];
    const what = `can't reach ${target} of the path ${id}`;
    const allowed = `an IPv${isIPv6(target) ? 6 : 4} address`;
    const place = at.join(' ');
    if (!faults.has(place)) faults.set(place, { at: [...at, 'sourceAddress'], what, allowed });
  }
  return [...faults.values()];
}
