import type { FastifyInstance, RouteOptions } from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ledgerConfig, november, october, dayMs, watchedOctober } from '../support/ledger.js';
import { testServer } from './support/server.js';

/** No text of a request is longer than somebody decided, whichever route it is for. */

interface Json {
  readonly type?: string | readonly string[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly allOf?: readonly Json[];
  readonly items?: Json | boolean;
  readonly prefixItems?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly additionalProperties?: Json | boolean;
  readonly propertyNames?: Json;
}

/** The places of texts and lists without a limit. What an object takes beside its keys is not read by anything. */
function unlimited(schema: Json | boolean | undefined, at: string): string[] {
  if (schema === undefined || typeof schema === 'boolean') return [];
  const { enum: words, properties = {}, additionalProperties, propertyNames } = schema;
  const types = [schema.type ?? []].flat();
  const fixed = words !== undefined || schema.const !== undefined;
  const own =
    (types.includes('string') && !fixed && schema.maxLength === undefined) ||
    (types.includes('array') && schema.maxItems === undefined && schema.prefixItems === undefined);
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const inner = [...choices, ...(schema.prefixItems ?? [])];
  return [
    ...(own ? [at] : []),
    ...inner.flatMap((one) => unlimited(one, at)),
    ...unlimited(schema.items, `${at}[]`),
    ...Object.entries(properties).flatMap(([key, one]) => unlimited(one, `${at}.${key}`)),
    ...(typeof additionalProperties === 'object'
      ? [...unlimited(additionalProperties, `${at}.*`), ...unlimited(propertyNames, `${at} (keys)`)]
      : []),
  ];
}

const ann = { 'x-pop-sla-actor': 'ann' };
const parts = ['params', 'querystring', 'headers', 'body'] as const;

/** The schemas of every route of the API and every page, by what they are for. */
function schemasOf(http: FastifyInstance): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  http.addHook('onRoute', ({ method, url, schema }: RouteOptions) => {
    if (method === 'HEAD') return;
    for (const part of parts) {
      const given = schema?.[part];
      if (given instanceof z.ZodType)
        found.set(
          `${String(method)} ${url} ${part}`,
          z.toJSONSchema(given, { io: 'input', unrepresentable: 'any' }) as Json,
        );
    }
  });
  return found;
}

let http: FastifyInstance;
let schemas: ReadonlyMap<string, Json>;
beforeEach(async () => {
  ({ http } = testServer({ ...(await watchedOctober(ledgerConfig())), now: () => november }));
  schemas = schemasOf(http);
  await http.ready();
});

describe('texts of requests', () => {
  test('have a limit, in every parameter, header and body of every route and page', () => {
    expect(schemas.size).toBeGreaterThan(150);
    expect(schemas.has('POST /sign-in body')).toBe(true);
    expect([...schemas].flatMap(([name, schema]) => unlimited(schema, name))).toEqual([]);
  });

  test('are refused where they are longer, with what, where and how long they may be', async () => {
    const from = new Date(october + dayMs).toISOString();
    const to = new Date(october + 2 * dayMs).toISOString();
    const proposal = { kind: 'emergency-maintenance', scope: ['pop:SIN'], from, to };
    const errors = async (url: string, payload?: object) => {
      const answer = await http.inject({
        url,
        ...(payload ? { method: 'POST' as const, payload, headers: ann } : {}),
      });
      return [answer.statusCode, answer.json<{ errors: object[] }>().errors];
    };
    expect(
      await errors('/api/v1/exclusions', {
        ...proposal,
        reason: 'x'.repeat(10_001),
        scope: ['x'.repeat(201)],
      }),
    ).toEqual([400, [{ parameter: 'reason', detail: 'has 10001 characters; allowed: at most 10000' }]]);
    expect(
      await errors('/api/v1/exclusions', { ...proposal, reason: 'x', scope: ['x'.repeat(201)] }),
    ).toEqual([400, [{ parameter: 'scope', detail: 'has a name of 201 characters; allowed: at most 200' }]]);
    expect(await errors(`/api/v1/rounds?path=HKG%3ESIN&from=${'2'.repeat(101)}`)).toEqual([
      400,
      [{ parameter: 'from', detail: 'has 101 characters; allowed: at most 100' }],
    ]);
    expect(await errors(`/api/v1/credits?month=${'2'.repeat(51)}`)).toEqual([
      400,
      [{ parameter: 'month', detail: 'has 51 characters; allowed: at most 50' }],
    ]);
  });

  test('as long as they may be are entered', async () => {
    const from = new Date(october + dayMs).toISOString();
    const to = new Date(october + 2 * dayMs).toISOString();
    const reason = 'x'.repeat(10_000);
    const payload = { kind: 'emergency-maintenance', scope: ['pop:SIN'], from, to, reason };
    const answer = await http.inject({ url: '/api/v1/exclusions', method: 'POST', payload, headers: ann });
    expect([answer.statusCode, answer.json<{ reason: string }>().reason.length]).toEqual([201, 10_000]);
  });
});
