import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

/** What the compiler says of a use of the client, against the types made of the routes' own description. */
function faultsOf(folder: string, use: string): string[] {
  const file = join(folder, 'use.ts');
  writeFileSync(
    file,
    `import { createClient } from './client.js';\nimport type { paths } from './api.js';\n${use}`,
  );
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

test('a client made of the description has the types of the routes, and gets what they say', async () => {
  const tenants = await twoTenants();
  const server = entrance(tenants);
  const document = (await server.http.inject('/api/v1/openapi.json')).json<Record<string, unknown>>();
  const folder = tempDir();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'api.ts'), astToString(await openapiTS(JSON.stringify(document))));
  writeFileSync(join(folder, 'client.ts'), readFileSync(join(import.meta.dirname, 'client.ts')));
  const use = (text: string) => faultsOf(folder, `const call = createClient<paths>('', '');\n${text}`);
  expect(
    use(`
      const page = await call('get', '/api/v1/rounds', { query: { path: 'HKG>SIN', limit: '2' } });
      export const slots: string[] = page.rounds.map((round) => round.slot);
      export const next: string | null = page.nextCursor;
      const made = await call('post', '/api/v1/tokens', { body: { name: 'x', roles: ['noc'] } });
      export const token: string = made.token;
      export const one = await call('get', '/api/v1/exclusions/{id}', { path: { id: 'X1' } });`),
  ).toEqual([]);
  expect(use(`await call('get', '/api/v1/round', {});`)).not.toEqual([]);
  expect(use(`await call('get', '/api/v1/rounds', { query: { pth: 'x' } });`)).not.toEqual([]);
  expect(use(`export const n: number = (await call('get', '/api/v1/rounds', {})).nextCursor;`)).not.toEqual(
    [],
  );

  const { createClient } = await import('./client.js');
  const address = await server.http.listen({ host: '127.0.0.1', port: 0 });
  type Some = Record<string, { get: { parameters: object; responses: object } }>;
  const call = createClient<Some>(address, await server.tokenOf('customer', 'alpha'));
  expect(await call('get', '/api/v1/rounds', { query: { limit: '1' } })).toMatchObject({
    rounds: [{ path: 'HKG>SIN' }],
  });
  await expect(call('get', '/api/v1/tokens', {})).rejects.toThrow(/^403 /);
});
