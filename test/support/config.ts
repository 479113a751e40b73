import { parseConfig } from '../../src/config/parse.js';
import type { Config } from '../../src/config/config.js';

/** Three PoPs on loopback addresses, seen from the first. */
export const configText = `
agent: LAB1
pops:
  - { id: LAB1, name: 香港, region: asia, ipv4: 127.0.0.11, coordinates: [22.3, 114.2] }
  - { id: LAB2, name: Singapore, ipv4: 127.0.0.12 }
  - { id: LAB3, name: Tokyo, host: tyo.example }
`;

export function testConfig(text: string = configText): Config {
  const parsed = parseConfig(text, 'test.yaml', '/srv');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.config;
}
