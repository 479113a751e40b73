import type { Config } from '../../src/config/config.js';
import { parseConfig } from '../../src/config/parse.js';
import { formatProblems } from '../../src/config/problem.js';

export const threePops = `agent: HKG
pops:
  - { id: HKG, region: asia-east, ipv4: 192.0.2.11 }
  - { id: SIN, region: asia-southeast, ipv4: 192.0.2.12 }
  - { id: FRA, region: europe, ipv4: 192.0.2.13 }
`;

/** The configuration of a text that has no fault. */
export function configOf(text: string): Config {
  const result = parseConfig(text, 'c.yaml', '/srv');
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.config;
}

/** What is wrong with a text, line by line; empty when nothing is. */
export function problemsOf(text: string): string[] {
  const result = parseConfig(text, 'c.yaml', '/srv');
  return result.ok ? [] : formatProblems(result.problems).split('\n');
}
