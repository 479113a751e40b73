import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore, type SqliteStore } from '../../../src/store/sqlite/open.js';
import { until, untilEqual } from '../../mesh/link.js';
import { startNode } from '../../mesh/node-child.js';
import { startNats } from '../../support/nats.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { createNamespace } from '../namespace.js';
import { joinNamespaces } from '../link.js';

requires({ namespaces: true, built: true, commands: ['nats-server'] });

const besides = async (file: string): Promise<SqliteStore> => {
  const store = await openSqliteStore({ path: file });
  onTestFinished(() => store.close());
  return store;
};

test(
  'two agents cut off from their hub for an hour of slots and more bring all their rows afterwards',
  { timeout: 170_000 },
  async () => {
    const hubSite = createNamespace('hub');
    onTestFinished(() => {
      hubSite.remove();
    });
    const nats = await startNats({ host: '0.0.0.0', prefix: hubSite.prefix, port: 4_222 }).catch(
      (error: unknown) => {
        throw new Error('nats-server in a namespace', { cause: error });
      },
    );
    onTestFinished(() => nats.stop());
    const sites = ['LAB1', 'LAB9'].map((pop, index) => {
      const namespace = createNamespace(`pop${index}`);
      onTestFinished(() => {
        namespace.remove();
      });
      const link = joinNamespaces(
        { namespace: hubSite, addresses: [`10.8.${index}.1/24`] },
        { namespace, addresses: [`10.8.${index}.2/24`] },
        `wan${index}`,
      );
      const url = `nats://10.8.${index}.1:4222`;
      return { pop, namespace, link, url, file: join(tempDir(), 'agent.db') };
    });
    const hubFile = join(tempDir(), 'hub.db');
    const hub = await startNode({
      role: 'hub',
      file: hubFile,
      url: 'nats://10.8.0.1:4222',
      prefix: hubSite.prefix,
    });
    const agents = await Promise.all(
      sites.map(({ namespace, pop, url, file }) =>
        startNode({
          role: 'agent',
          pop,
          file,
          url,
          prefix: namespace.prefix,
          settings: { ackTimeoutMs: 1_000 },
        }),
      ),
    );
    const stores = await Promise.all(sites.map(({ file }) => besides(file)));
    const hubStore = await besides(hubFile);
    for (const agent of agents) await agent.tell('rounds 4');
    await untilEqual(hubStore, stores);

    for (const { link } of sites) link.down();
    for (const agent of agents) {
      await agent.tell('outage open');
      await agent.tell('rounds 12'); // six hours of slots
    }
    const held = (await hubStore.rounds.list({ limit: 1_000 })).length;
    for (const { forward } of stores) expect((await forward.depth()).slots).toBeGreaterThanOrEqual(12);
    await agents[1]?.kill(); // one of them dies meanwhile
    for (const { link } of sites) link.up();
    const [first, second] = sites;
    if (!first || !second) throw new Error('two sites');
    const again = await startNode({
      role: 'agent',
      pop: second.pop,
      file: second.file,
      url: second.url,
      from: 40,
      prefix: second.namespace.prefix,
    });
    for (const agent of [agents[0], again]) {
      await agent?.tell('rounds 2');
      await agent?.tell('outage open');
      await agent?.tell('outage end');
    }
    await until('rows come again', async () => (await hubStore.rounds.list({ limit: 1_000 })).length > held);
    await untilEqual(hubStore, stores);
    expect(hub.running()).toBe(true);
    for (const one of [hub, again, agents[0]]) await one?.tell('stop');
  },
);
