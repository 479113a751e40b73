import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeEach, describe, expect, test } from 'vitest';
import { ledgerConfig, november, watchedOctober } from '../support/ledger.js';
import { declaredRoutes, testServer, type DeclaredRoute, type TestServer } from './support/server.js';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses: Record<string, object>;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: object };
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

let server: TestServer;
let routes: readonly DeclaredRoute[];
beforeEach(async () => {
  server = testServer({ ...(await watchedOctober(ledgerConfig())), now: () => november });
  routes = declaredRoutes(server.http);
});

const read = async () => (await server.http.inject('/api/v1/openapi.json')).json<Document>();

describe('the description of the routes', () => {
  test('is valid OpenAPI 3.1', async () => {
    const document = await read();
    expect(document.openapi).toBe('3.1.0');
    const result = await new Validator().validate({ ...document });
    expect([result.valid, result.errors]).toEqual([true, undefined]);
  });

  test('has every route but pages, each with a name of its own, a line and a problem', async () => {
    const { paths } = await read();
    const described = Object.entries(paths).flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, url, operation })),
    );
    const spelt = (method: string, url: string) => `${method.toUpperCase()} ${url}`;
    expect(described.map(({ method, url }) => spelt(method, url)).sort()).toEqual(
      routes
        .filter(({ url, page }) => !page && !url.startsWith('/docs'))
        .map(({ method, url }) => spelt(method, url.replace(/:(\w+)/g, '{$1}')))
        .sort(),
    );
    const names = described.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { operation } of described) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(operation.summary).toMatch(/\.$/);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['4XX', '5XX']));
    }
  });

  test('says what may stand in a URL and in a body', async () => {
    const { paths } = await read();
    expect(paths['/api/v1/availability']?.['get']?.parameters).toMatchObject([
      { name: 'month', in: 'query', required: true, schema: { type: 'string', pattern: '^\\d{4}-\\d{2}$' } },
    ]);
    expect(paths['/api/v1/exclusions/{id}']?.['get']?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true },
    ]);
    expect(paths['/api/v1/outages']?.['post']?.requestBody?.content).toMatchObject({
      'application/json': { schema: { additionalProperties: false } },
    });
    expect(Object.keys(paths['/api/v1/attachments']?.['post']?.requestBody?.content ?? {})).toEqual([
      'application/octet-stream',
    ]);
  });
});

describe('the page that shows it', () => {
  test('is served from here, and loads nothing from elsewhere', async () => {
    const page = await server.http.inject('/docs/');
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:/);
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source).toMatch(/^\.?\//);
      const got = await server.http.inject(new URL(source, 'http://127.0.0.1/docs/').pathname);
      expect([source, got.statusCode]).toEqual([source, 200]);
    }
    expect(page.body).not.toMatch(/<script>|<style>/);
  });
});
