import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { parseConfig } from '../../src/config/parse.js';
import { formatProblems } from '../../src/config/problem.js';
import { root } from '../support/source-files.js';

const problemsOf = (text: string): string => {
  const result = parseConfig(text, 'c.yaml', '/srv');
  return result.ok ? 'none' : formatProblems(result.problems);
};

describe('the shipped default', () => {
  test('is read whole', async () => {
    const result = await loadConfig('config/pop-sla.yaml', root);
    if (!result.ok) throw new Error(formatProblems(result.problems));
    const { config } = result;
    expect(config.file).toBe(`${root}/config/pop-sla.yaml`);
    expect(config.paths.map((path) => path.id)).toEqual(['HKG>FRA', 'HKG>SIN']);
    expect(config.measurement).toEqual({
      everyMs: 1_800_000,
      packets: 100,
      sizes: [64, 128, 512],
      lengthBasis: 'icmp',
      lostAfterMs: 2000,
      lateWaitMs: 1000,
      packetIntervalMs: 20,
      spreadMs: 2000,
    });
    expect(config.store).toEqual({
      path: `${root}/data/pop-sla.db`,
      keepPacketsMonths: 13,
      keepRowsMonths: 37,
    });
    expect(config.http).toEqual({ host: '127.0.0.1', port: 9720 });
    expect(config.driver).toEqual({ kind: 'net-ping', simulated: null });
  });
});

test('all faults are reported at once, in the order of the file', () => {
  const text = `agent: HKH
pops:
  - { id: HKG, ipv4: 300.1.1.1 }
  - { id: SIN, ipv4: 127.0.0.12, coordinates: [91, 0] }
  - { id: SIN, ipv5: 127.0.0.13 }
paths: { include: ['HKG>XXX', 'SIN>HKG', 'HKG>HKG'] }
measurement: { every: 7m, every: 8m, packets: many }
driver: fpign
htp: {}
`;
  expect(problemsOf(text).split('\n')).toEqual([
    'c.yaml:1:8 agent: "HKH" is not among the PoPs (did you mean "HKG"?); allowed: HKG, SIN',
    'c.yaml:3:22 pops[0].ipv4: "300.1.1.1" is not an IPv4 address; allowed: four numbers from 0 to 255 such as 192.0.2.1, of one host',
    'c.yaml:4:47 pops[1].coordinates: [91, 0] has a latitude out of range; allowed: [latitude from -90 to 90, longitude from -180 to 180], in degrees',
    'c.yaml:5:5 pops[2]: "SIN" has no address; allowed: at least one of ipv4, ipv6, host',
    'c.yaml:5:11 pops[2].id: "SIN" is also the id of pops[1]; allowed: each id once',
    'c.yaml:5:16 pops[2].ipv5: is not a known key (did you mean "ipv4"?); allowed: id, name, region, ipv4, ipv6, host, coordinates',
    'c.yaml:6:20 paths.include[0]: "HKG>XXX" names an unknown PoP, "XXX"; allowed: HKG, SIN',
    'c.yaml:6:42 paths.include[2]: "HKG>HKG" is a path from a PoP to itself; allowed: SOURCE>DESTINATION, two different PoP ids (letters, digits, "-", "_" and ".", at most 32, starting with a letter or digit), or SOURCE>* for those to every other PoP',
    'c.yaml:7:27 measurement.every: is given twice; allowed: each key once',
    'c.yaml:7:47 measurement.packets: "many" is not a number; allowed: a whole number from 1 to 10000',
    'c.yaml:8:9 driver: "fpign" is not known (did you mean "fping"?); allowed: auto, kernel, net-ping, fping, simulated',
    'c.yaml:9:1 htp: is not a known key (did you mean "http"?); allowed: agent, pops, paths, commitments, measurement, driver, store, http, log',
  ]);
});
