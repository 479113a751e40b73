import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { connectMesh } from '../../src/mesh/connect.js';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { run } from '../lab/command.js';
import { meshOf } from '../mesh/support.js';
import { makeCertificate, type Certificate } from '../support/certificate.js';
import { startNats } from '../support/nats.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { builtMain, requires } from '../support/requires.js';
import { smtpServer } from '../support/smtp.js';

/**
 * What was configured is what is verified, by every client that speaks TLS: the address where an address was given, the
 * name where a name was. Each is tried with the right certificate, and with that of the other.
 */
const cases = [
  ['an address, and its certificate', '127.0.0.1', 'address', true],
  ['an address, and the certificate of localhost', '127.0.0.1', 'name', false],
  ['a name, and its certificate', 'localhost', 'name', true],
  ['a name, and the certificate of its address', 'localhost', 'address', false],
] as const;
const refused = /altname|does not match|alternative name/i;

const { missing } = requires({ commands: ['openssl'], built: true });
const certificates =
  missing === null
    ? { address: makeCertificate('IP:127.0.0.1'), name: makeCertificate('DNS:localhost') }
    : ({} as Record<'address' | 'name', Certificate>);

describe('tls-identity-nats: to NATS', () => {
  requires({ commands: ['nats-server', 'openssl'] });

  test.each(cases)('%s', async (_what, host, of, isRight) => {
    const { cert, key } = certificates[of];
    const server = await startNats({ config: `tls { cert_file: "${cert}", key_file: "${key}" }` });
    onTestFinished(() => server.stop());
    const mesh = meshOf(`tls://${host}:${server.port}`, { tls: { ca: cert, cert: null, key: null } });
    const connecting = connectMesh({ mesh, name: 'agent HKG', agent: 'HKG' });
    if (isRight) await (await connecting).close();
    else await expect(connecting).rejects.toThrow(refused);
  });

  test('two servers by their addresses: one that shows the other’s certificate is not taken', async () => {
    const { cert, key } = makeCertificate('IP:127.0.0.2');
    const server = await startNats({ config: `tls { cert_file: "${cert}", key_file: "${key}" }` });
    onTestFinished(() => server.stop());
    const mesh = {
      ...meshOf(`tls://127.0.0.1:${server.port}`, { tls: { ca: cert, cert: null, key: null } }),
      servers: [`tls://127.0.0.1:${server.port}`, `tls://127.0.0.2:${server.port}`],
    };
    await expect(connectMesh({ mesh, name: 'agent HKG', agent: 'HKG' })).rejects.toThrow();
  });
});

describe('tls-identity-postgres: to PostgreSQL', () => {
  const needs = requires({ postgres: true, commands: ['openssl'] });
  const servers = new Map<string, Promise<PostgresServer>>();
  const serverOf = (of: 'address' | 'name'): Promise<PostgresServer> => {
    const server = servers.get(of) ?? startPostgres({ tls: certificates[of].folder });
    servers.set(of, server);
    return server;
  };
  afterAll(async () => {
    if (needs.missing === null) for (const server of servers.values()) await (await server).stop();
  });

  test.each(cases)('%s', { timeout: 60_000 }, async (_what, host, of, isRight) => {
    const url = new URL(await (await serverOf(of)).newSchema());
    url.hostname = host;
    url.searchParams.set('sslmode', 'verify-full');
    url.searchParams.set('sslrootcert', certificates[of].cert);
    const opening = openPostgresStore({ url: url.href });
    if (isRight) await (await opening).close();
    else await expect(opening).rejects.toThrow(refused);
  });
});

/** Runs a client of the build with an authority of its own; gives what it said: `taken`, or why not. */
async function client(ca: string, script: string): Promise<string> {
  const dist = join(builtMain, '..');
  const source = `
    const { ${script.split(' ')[0] ?? ''} } = await import(process.argv[2] + process.argv[1]);
    ${script.slice(script.indexOf('|') + 1)}`;
  const module = script.slice(0, script.indexOf('|')).split(' ')[1] ?? '';
  const done = await run(
    ['env', `NODE_EXTRA_CA_CERTS=${ca}`, process.execPath, '--input-type=module', '-e', source, module, dist],
    {},
  );
  return `${done.stdout}${done.stderr}`;
}

const said = `.then(() => console.log('taken'), (error) => console.log(String(error.cause?.cause ?? error.cause ?? error), String(error)));`;

describe('tls-identity-smtp: to a mail server', () => {
  const sending = (host: string, port: number, security: string): string =>
    `sendMail /services/notifications/outbox.js|
    await sendMail({ smtp: { host: '${host}', port: ${port}, security: '${security}', user: null, password: null,
      from: 'sla@example.net' }, to: 'noc@example.net', mail: { subject: 's', text: 't' }, delivery: 'd',
      timeoutMs: 10000 })${said}`;

  test.each(cases.flatMap((one) => (['tls', 'starttls'] as const).map((how) => [...one, how] as const)))(
    '%s',
    async (_what, host, of, isRight, security) => {
      const { cert, key } = certificates[of];
      const options = { cert: readFileSync(cert), key: readFileSync(key), secure: security === 'tls' };
      const { port, mails } = await smtpServer(options);
      const answer = await client(cert, sending(host, port, security));
      if (isRight) expect(answer).toMatch(/^taken/);
      else expect(answer).toMatch(refused);
      expect(mails).toHaveLength(isRight ? 1 : 0);
    },
  );
});

async function httpsServer({ cert, key }: Certificate, answer: RequestListener): Promise<number> {
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('tls-identity-webhook: to a webhook', () => {
  test.each(cases)('%s', async (_what, host, of, isRight) => {
    let asked = 0;
    const port = await httpsServer(certificates[of], (_request, response) => {
      asked += 1;
      response.end();
    });
    const answer = await client(
      certificates[of].cert,
      `postWebhook /services/notifications/webhook.js|
      await postWebhook({ url: 'https://${host}:${port}/hook', body: '{}', secret: null, delivery: 'd', event: 'e',
        now: 0, timeoutMs: 10000, allow: [{ address: '127.0.0.0', prefix: 8 }], userAgent: 'test' })${said}`,
    );
    if (isRight) expect(answer).toMatch(/^taken/);
    else expect(answer).toMatch(refused);
    expect(asked).toBe(isRight ? 1 : 0);
  });
});

describe('tls-identity-oidc: to an OpenID Connect provider', () => {
  test.each(cases)('%s', async (_what, host, of, isRight) => {
    let asked = 0;
    const port: number = await httpsServer(certificates[of], (_request, response) => {
      asked += 1;
      const issuer = `https://${host}:${port}`;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          id_token_signing_alg_values_supported: ['RS256'],
          subject_types_supported: ['public'],
        }),
      );
    });
    const answer = await client(
      certificates[of].cert,
      `createOidc /services/access/oidc.js|
      await createOidc({ config: { issuer: 'https://${host}:${port}', clientId: 'sla', scopes: ['openid'],
        clockSkewMs: 30_000 },
        clientSecret: null, redirectUri: 'https://sla.example.net/back', door: {}, customers: () => [],
        now: () => 0 }).start('/')${said}`,
    );
    if (isRight) expect(answer).toMatch(/^taken/);
    else expect(answer).toMatch(refused);
    expect(asked).toBe(isRight ? 1 : 0);
  });
});
