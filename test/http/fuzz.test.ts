import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { twoTenants } from '../support/tenants.js';
import { entrance } from './support/entry.js';

/** As much of JSON Schema as the description of the routes uses. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** What the other tenant's things are called, what is asked for and not there, and what breaks programs. */
const hostile = fc.constantFrom(
  ...[
    'beta-service',
    'beta-site',
    'beta-line',
    'beta',
    'shop',
    'FRA',
    'HKG>FRA',
    'customer:beta',
    'X1',
    'C1',
  ],
  ...[
    '',
    ' ',
    '\0',
    '../../etc/passwd',
    "' OR 1=1 --",
    '<script>',
    '%00',
    '\r\nx: y',
    '__proto__',
    '𝕏\ud800',
  ],
  ...['2026-10', '2026-10-01', '9999-12-31', '-1', '1e999', 'NaN', '1'.repeat(400), 'a'.repeat(300)],
);

function valueOf(schema: Schema | undefined, depth = 0): fc.Arbitrary<unknown> {
  if (schema === undefined || depth > 4) return fc.oneof(hostile, fc.jsonValue({ maxDepth: 1 }));
  const wild = fc.oneof(hostile, fc.jsonValue({ maxDepth: 1 }));
  const mostly = (fitting: fc.Arbitrary<unknown>) =>
    fc.oneof({ arbitrary: fitting, weight: 5 }, { arbitrary: wild, weight: 1 });
  if (schema.const !== undefined) return mostly(fc.constant(schema.const));
  if (schema.enum) return mostly(fc.constantFrom(...schema.enum));
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => valueOf(one, depth + 1)));
  if (schema.type === 'object') {
    const keys = Object.entries(schema.properties ?? {});
    const fields = Object.fromEntries(keys.map(([key, inner]) => [key, valueOf(inner, depth + 1)]));
    return mostly(fc.record(fields, { requiredKeys: [] }));
  }
  if (schema.type === 'array') return mostly(fc.array(valueOf(schema.items, depth + 1), { maxLength: 3 }));
  if (schema.type === 'integer' || schema.type === 'number') return mostly(fc.integer());
  if (schema.type === 'boolean') return mostly(fc.boolean());
  const examples = schema.examples?.length ? [fc.constantFrom(...schema.examples)] : [];
  return fc.oneof(hostile, fc.string(), ...examples, ...examples);
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** A place in a URL can't hold half a character. */
const spelt = (text: string): string => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '?'));

function requestOf(method: string, url: string, operation: Operation): fc.Arbitrary<InjectOptions> {
  const parameters = operation.parameters ?? [];
  const given = fc.record(
    Object.fromEntries(
      parameters.map(({ name, in: where, schema }) => [`${where} ${name}`, valueOf(schema)]),
    ),
    { requiredKeys: parameters.filter((one) => one.in === 'path').map(({ name }) => `path ${name}`) },
  );
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  const body = content?.[0] === 'application/json' ? valueOf(content[1].schema) : fc.constant('bytes');
  return fc.tuple(given, body).map(([values, payload]) => {
    const query = Object.entries(values).filter(([key]) => key.startsWith('query '));
    const path = url.replace(/\{(\w+)\}/g, (_whole, name: string) => spelt(textOf(values[`path ${name}`])));
    const search = query.map(([key, value]) => `${key.slice(6)}=${spelt(textOf(value))}`).join('&');
    const type = content?.[0] ?? 'application/json';
    return {
      method: method.toUpperCase() as 'GET',
      url: search === '' ? path : `${path}?${search}`,
      ...(method === 'get' || method === 'delete'
        ? {}
        : { payload: JSON.stringify(payload ?? null), headers: { 'content-type': type } }),
    };
  });
}

/** What no answer to `alpha` may hold: the other's names, and what it pays. */
const ofOthers = /beta|shop|22222|HKG>FRA/;

test(
  'no route ever fails, or gives a tenant what is another’s, whatever it is asked',
  { timeout: 240_000 },
  async () => {
    const tenants = await twoTenants();
    const http = { ...tenants.config.http, requestsPerMinute: 1_000_000 };
    const server = entrance({ ...tenants, config: { ...tenants.config, http } });
    const [admin, alpha] = [await server.tokenOf('admin'), await server.tokenOf('customer', 'alpha')];
    const { paths } = (await server.http.inject('/api/v1/openapi.json')).json<{
      paths: Record<string, Record<string, Operation>>;
    }>();
    const asked = new Set<number>();
    let count = 0;
    for (const [url, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (url === '/readyz' || url === '/metrics') continue;
        await fc.assert(
          fc.asyncProperty(requestOf(method, url, operation), async (request) => {
            const own = await server.as(alpha, request);
            const all = await server.as(admin, request);
            for (const { statusCode, body } of [own, all]) {
              asked.add(statusCode);
              count += 1;
              expect([statusCode < 500, body]).toEqual([true, body]);
            }
            // What was asked with comes back in what is refused; nobody else's name does.
            const named = ofOthers.test(
              decodeURIComponent(request.url as string) + JSON.stringify(request.payload ?? null),
            );
            if ((own.statusCode < 300 || !named) && url !== '/api/v1/openapi.json')
              expect([request.url, own.body]).toEqual([request.url, expect.not.stringMatching(ofOthers)]);
          }),
          { numRuns: 8, seed: 20_261_122 },
        );
      }
    }
    expect(count).toBeGreaterThan(500);
    expect([...asked]).toEqual(expect.arrayContaining([200, 400, 403, 404]));
  },
);
