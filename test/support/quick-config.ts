import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A config file in `folder` for rounds of a fraction of a second on a simulated network; gives its name. */
export function quickConfig(
  folder: string,
  { every = '30m', driver = simulated, http = '127.0.0.1:0' } = {},
): string {
  const file = join(folder, 'pop-sla.yaml');
  writeFileSync(
    file,
    `agent: LAB1
pops:
  - { id: LAB1, name: 香港, ipv4: 127.0.0.11 }
  - { id: LAB2, name: Singapore, region: south, ipv4: 127.0.0.12, coordinates: [1.35, 103.82] }
  - { id: LAB3, ipv4: 127.0.0.13 }
measurement: { every: ${every}, packets: 4, packetInterval: 10ms, lostAfter: 200ms, lateWait: 50ms, spread: 0s }
driver: ${driver}
store: { path: ${join(folder, 'data', 'pop-sla.db')} }
http: { listen: '${http}' }
`,
  );
  return file;
}

const simulated =
  '{ kind: simulated, seed: 1, rules: [{ delay: 20ms }, { address: 127.0.0.13, down: true }] }';
