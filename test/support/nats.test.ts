import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startNats, useNats } from './nats.js';

describe('a nats-server of a test', () => {
  const server = useNats();

  it('keeps a stream over a crash, on the same port', async () => {
    const first = await connect({ servers: server().url });
    onTestFinished(() => first.close());
    const manager = await jetstreamManager(first);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept.>'], storage: StorageType.File });
    await jetstream(first).publish('kept.one', 'said');
    await first.close();

    await server().kill();
    await server().start();

    const second = await connect({ servers: server().url });
    onTestFinished(() => second.close());
    const info = await (await jetstreamManager(second)).streams.info('KEPT');
    expect(info.state.messages).toBe(1);
    expect(
      server()
        .log()
        .match(/Server is ready/g),
    ).toHaveLength(2);
  });

  it('says what was wrong with its configuration when it does not start', async () => {
    await expect(startNats({ config: 'no_such_key: {}\nport: "x y"\n' })).rejects.toThrow(
      /did not start[\s\S]*nats\.conf/,
    );
  });
});
