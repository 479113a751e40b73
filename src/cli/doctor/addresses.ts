import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../../config/config.js';
import { check, type Check } from './checks.js';

/** Whether this machine has the addresses and interfaces that the configuration says are its own. */
export function checkOwnAddresses(
  config: Pick<Config, 'agent' | 'role' | 'pops' | 'paths' | 'driver'>,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): Check {
  const name = 'own addresses';
  if (config.role === 'hub') return check(name, 'ok', 'a hub measures from nowhere');
  if (config.driver.kind === 'simulated') return check(name, 'ok', 'the simulated driver needs none');
  const localAddresses = new Set(
    Object.values(interfaces).flatMap((all) => all?.map(({ address }) => plain(address)) ?? []),
  );
  const probes = config.paths.flatMap(({ probe }) => probe ?? []);
  const given = <T>(values: readonly (T | undefined)[]): T[] => [
    ...new Set(values.filter((value) => value !== undefined)),
  ];
  const sources = given(probes.map(({ source }) => source)).filter(
    (source) => !isOwn(localAddresses, source),
  );
  if (sources.length > 0)
    return check(
      name,
      'fail',
      `this machine has no address ${sources.join(', ')}, which probe.sourceAddress sends from`,
      'set it to one that `ip address` shows, or add the address to an interface',
    );
  const devices = given(probes.map((probe) => probe.interface)).filter((device) => !(device in interfaces));
  if (devices.length > 0)
    return check(
      name,
      'fail',
      `this machine has no interface ${devices.join(', ')} with an address, which probe.interface sends through`,
      'set it to one that `ip link` shows, and bring that up',
    );
  const pop = config.pops.find(({ id }) => id === config.agent);
  const literal = [pop?.ipv4, pop?.ipv6].filter((address) => address != null);
  const foreign = literal.filter((address) => !isOwn(localAddresses, address));
  if (foreign.length > 0)
    return check(
      name,
      'note',
      `this machine does not have ${foreign.join(', ')} of its own PoP ${config.agent}: right behind a NAT, wrong on a copied file`,
      'see that `agent` names the PoP that this machine stands in',
    );
  return check(
    name,
    'ok',
    literal.length === 0 ? 'none are given' : `${literal.join(', ')} of ${config.agent}`,
  );
}

const plain = (address: string): string => address.replace(/%.*$/, '').toLowerCase();
/** All of 127.0.0.0/8 is this machine's. */
const isOwn = (localAddresses: ReadonlySet<string>, address: string): boolean =>
  localAddresses.has(plain(address)) || (isIP(address) === 4 && address.startsWith('127.'));
