import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { quickConfig } from '../support/quick-config.js';
import { root } from '../support/source-files.js';
import { startDaemon } from '../support/daemon.js';
import { tempDir } from '../support/temp-dir.js';

/** Writes the URL of every module file that a process loads, in all of its threads, to a file. */
const recorder = (into: string): string => `
import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) appendFileSync(${JSON.stringify(into)}, url + '\\n');
    return next(url, context);
  },
});
`;

/** Packages that a daemon may load that nobody but monitoring asks; a new one needs a reason to be in its memory. */
const measuring = [
  ...['better-sqlite3', 'commander', 'croner', 'pino', 'prom-client', 'temporal-polyfill', 'yaml', 'zod'],
  // Of the kernel driver, and of what gives free memory back.
  ...['koffi', '@koromix/koffi-linux-arm64', '@koromix/koffi-linux-x64'],
  // What pino and prom-client need.
  ...['@opentelemetry/api', 'bintrees', 'tdigest', 'temporal-utils'],
  ...[
    '@pinojs/redact',
    'atomic-sleep',
    'on-exit-leak-free',
    'pino-std-serializers',
    'quick-format-unescaped',
  ],
  ...['real-require', 'safe-stable-stringify', 'sonic-boom', 'thread-stream'],
  // The table of the first round.
  ...['ansi-regex', 'cli-table3', 'csv-stringify', 'emoji-regex', 'is-fullwidth-code-point', 'picocolors'],
  ...['string-width', 'strip-ansi'],
];
const nats = ['@nats-io/jetstream', '@nats-io/kv', '@nats-io/nats-core', '@nats-io/nkeys', '@nats-io/nuid'];
const forwarding = [...nats, '@nats-io/transport-node', 'tweetnacl'];

/** The program's own folders that serve people: pages, the API, files of reports, statements, mail. Errors have words. */
const forPeople =
  /\/dist\/src\/(?:http\/(?!(?:on-demand|rate)\.js)|portal\/|guide\/|i18n\/(?!languages|locale|refusals)|render\/report\/|services\/(?:credits\/(?!credits\.js)|evidence\/|reports\.js|statements\/(?!month-close\.js|months\.js)))/;

async function started(more: string) {
  const folder = tempDir();
  const config = quickConfig(folder);
  appendFileSync(config, more);
  const [hook, loaded] = [join(folder, 'hook.mjs'), join(folder, 'loaded.txt')];
  writeFileSync(hook, recorder(loaded));
  const daemon = startDaemon({
    args: ['run', '--config', config],
    env: { ...process.env, NODE_OPTIONS: `--import=${pathToFileURL(hook).href}` },
  });
  onTestFinished(async () => {
    await daemon.stop();
  });
  const { http } = await daemon.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
  await daemon.waitForLog('the first round', ({ msg }) => msg.startsWith('the first round'));
  const files = () => [...new Set(readFileSync(loaded, 'utf8').split('\n').filter(Boolean))];
  const packages = () => [
    ...new Set(files().flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [])),
  ];
  const ofPeople = () => files().filter((url) => forPeople.test(url));
  return { http: String(http), files, packages, ofPeople };
}

test.each([
  ['a standalone daemon', () => Promise.resolve(''), measuring],
  [
    'an agent',
    async () => `role: agent\nmesh: { servers: ['nats://127.0.0.1:${await freePort()}'] }\n`,
    [...measuring, ...forwarding],
  ],
])('%s loads what measures, and the rest when somebody asks for it', async (_name, more, allowed) => {
  const daemon = await started(await more());
  for (const path of ['healthz', 'readyz', 'metrics'])
    expect((await fetch(`${daemon.http}/${path}`)).status, path).toBe(200);
  expect(daemon.files()).toContain(pathToFileURL(join(root, 'dist/src/app/daemon.js')).href);
  expect(daemon.packages().filter((name) => !allowed.includes(name))).toEqual([]);
  expect(daemon.ofPeople()).toEqual([]);

  const answer = await fetch(`${daemon.http}/api/v1/pops`);
  expect(answer.status).toBe(200);
  expect(daemon.packages()).toContain('fastify');
  expect(daemon.ofPeople()).not.toEqual([]);
  expect((await fetch(`${daemon.http}/healthz`)).status).toBe(200);
});
