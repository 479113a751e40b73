import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.js';
import { bare } from '../../src/config/problem.js';
import { root } from '../support/source-files.js';
import { configOf, threePops } from './support.js';

const text = readFileSync(join(root, 'config/reference.yaml'), 'utf8');
/** With the settings that are off taken in: those behind `#` without a space. */
const allOn = text
  .replace(/^( *)#(?=[^ #\n]| {2})/gm, '$1')
  .replace('\ndriver: auto\n', '\n')
  .replace(/^ {2}(url: postgres|passwordFile: db).*\n/gm, '');
const withProbe = allOn
  .replace('kind: simulated', 'kind: kernel')
  .replace(/^ +(seed|rules):[\s\S]*?(?=\n\n)/m, '');

/** `pops[].ipv4`, for every key that a file may have. */
function keysOfSchema(schema: z.core.$ZodType, at = ''): string[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return keysOfSchema(inner.element, `${at}[]`);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([key, value]) => {
    const here = at === '' ? key : `${at}.${key}`;
    return [here, ...keysOfSchema(value, here)];
  });
}

function keysOfData(data: unknown, at = ''): string[] {
  if (Array.isArray(data)) return data.flatMap((item) => keysOfData(item, `${at}[]`));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const here = at === '' ? key : `${at}.${key}`;
    return [here, ...keysOfData(value, here)];
  });
}

describe('config/reference.yaml', () => {
  test('is a config', () => {
    expect(configOf(text).paths.map(({ id }) => id)).toEqual(['HKG>FRA', 'HKG>SIN']);
  });

  test('has every key', () => {
    const shown = new Set(keysOfData(parse(allOn)));
    const keys = keysOfSchema(configSchema).filter((key) => !shown.has(key));
    // A path's packet options are those of `measurement.probe`; one of them stands for all.
    // Of the ways to sign in to the mesh only one can be on.
    // Nor can more than one database.
    const others = ['mesh.nkeySeedFile', 'mesh.credsFile', 'store.url', 'store.passwordFile'];
    expect(keys.filter((key) => !key.startsWith('paths.include[].probe.') && !others.includes(key))).toEqual(
      [],
    );
    for (const key of others) expect(text).toContain(key.slice(key.indexOf('.') + 1));
  });

  test('is a config with the packet options on', () => {
    expect(configOf(withProbe).paths[1]?.probe).toEqual({
      dscp: 46,
      ttl: 64,
      source: '192.0.2.11',
      dontFragment: true,
      interface: 'eth0',
    });
  });

  test('is an agent’s config with the mesh on', () => {
    expect(configOf(withProbe)).toMatchObject({
      role: 'agent',
      mesh: {
        servers: ['nats://hub.example.net:4222'],
        login: { kind: 'password', user: 'HKG', passwordFile: '/srv/mesh.password' },
        tls: { ca: '/srv/tls/ca.pem', cert: '/srv/tls/cert.pem', key: '/srv/tls/key.pem' },
        replicas: 1,
        keepMs: 31 * 86_400_000,
        heartbeatMs: 10_000,
        clockLimitMs: 1_000,
      },
    });
  });

  test('is a config with the simulated driver on', () => {
    const simulated = allOn.replace(/^ +probe: .*$/m, '').replace(/^ +probe:[\s\S]*?(?=\n\n)/m, '');
    expect(configOf(simulated).driver.simulated?.rules).toEqual([
      { address: null, from: null, to: null, delayUs: 20_000, jitterUs: 250, loss: 0.001 },
      { address: '192.0.2.13', from: Date.UTC(2026, 9, 1, 2), to: Date.UTC(2026, 9, 1, 2, 20), down: true },
    ]);
  });

  test('gives the defaults as they are', () => {
    const { measurement, driver, store, http, log } = configOf(text);
    expect({ measurement, driver, store, http, log }).toEqual(
      (({ measurement: m, driver: d, store: s, http: h, log: l }) => ({
        measurement: m,
        driver: d,
        store: s,
        http: h,
        log: l,
      }))(configOf(threePops)),
    );
  });
});
