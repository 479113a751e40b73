import { stringify } from 'yaml';
import type { Interval } from '../../core/time/intervals.js';
import type { Backbone, Link } from './backbone.js';
import { chanceOf } from './chance.js';
import type { CustomersFile } from './customers.js';
import type { History } from './happenings.js';

export interface ConfigTextOptions {
  readonly backbone: Backbone;
  readonly history: History;
  /** The command line that made it. */
  readonly command: string;
  /** Absolute. */
  readonly database: string;
  /** From the folder of the config file. */
  readonly customersFile: string;
}

const width = { lineWidth: 110, flowCollectionPadding: true };

/** The configuration of the first PoP's daemon, which works on the simulated database and goes on with it. */
export function configText({ backbone, history, ...options }: ConfigTextOptions): string {
  const [first] = backbone.pops;
  const own = backbone.links.filter(({ source }) => source.id === first?.id);
  const body = {
    agent: first?.id,
    pops: backbone.pops.map(({ id, name, region, ipv4, latitude, longitude }) => ({
      ...{ id, name, region, ipv4, coordinates: [latitude, longitude] },
    })),
    commitments: backbone.links.map((link) => commitmentOf(backbone.seed, link, history.period)),
    driver: {
      kind: 'simulated',
      seed: backbone.seed,
      rules: own.map(({ destination, delayUs, jitterUs, loss }) => ({
        address: backbone.pops.find(({ id }) => id === destination.id)?.ipv4,
        ...{ delay: `${delayUs}us`, jitter: `${jitterUs}us`, loss: `${(loss * 100).toFixed(3)}%` },
      })),
    },
    store: { path: options.database },
    customers: options.customersFile,
  };
  return `# A simulated backbone: nothing here was measured. Made by\n#   ${options.command}\n${stringify(body, width)}`;
}

export function customersText(file: CustomersFile, command: string): string {
  return `# Customers of a simulated backbone; nobody here exists. Made by\n#   ${command}\n${stringify(file, width)}`;
}

/** Most paths keep their promise with some room; a few were promised more than they can hold. */
function commitmentOf(seed: number, { id, delayUs, busyUs }: Link, { from }: Interval): object {
  const chance = chanceOf(seed, `commitment ${id}`);
  const tight = chance.share();
  const room = tight < 0.03 ? 1 / 1.25 : tight < 0.08 ? 1 / 1.15 : chance.between(1.01, 1.07);
  const halfMs = Math.max(1, Math.ceil(((delayUs + busyUs / 2) * room) / 500));
  return { path: id, latency: `${halfMs / 2}ms`, from: new Date(from).toISOString() };
}
