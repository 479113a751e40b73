import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pop } from '../../config/config.js';
import { check, messageOf, type Check } from './check.js';

const patienceMs = 5_000;

/** Resolves every host name that is probed: PoPs without a literal address. */
export async function checkNames(pops: readonly Pop[]): Promise<Check> {
  const name = 'names';
  const hosts = pops
    .filter((pop) => pop.ipv4 === null && pop.ipv6 === null)
    .map((pop) => pop.host)
    .filter((host) => host !== null);
  if (hosts.length === 0) return check(name, 'ok', 'none to resolve: every PoP has an address');
  const faults = (await Promise.all(hosts.map(faultOf))).filter((fault) => fault !== null);
  return faults.length === 0
    ? check(name, 'ok', `${hosts.length} resolved`)
    : check(
        name,
        'fail',
        faults.join('; '),
        'mend the name or /etc/resolv.conf, or give the PoP an ipv4 or ipv6 address',
      );
}

async function faultOf(host: string): Promise<string | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      lookup(host).then(
        () => null,
        (error: unknown) => `${host}: ${messageOf(error)}`,
      ),
      sleep(patienceMs, `${host}: no answer in ${patienceMs / 1000} s`, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}
