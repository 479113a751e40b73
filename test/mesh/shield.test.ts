import type { Socket } from 'node:net';
import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { connectMesh } from '../../src/mesh/connect.js';
import { useNats } from '../support/nats.js';
import { meshOf } from './support.js';

const server = useNats();

const socketOf = (connection: NatsConnection): Socket | undefined =>
  (connection as unknown as { protocol: { transport?: { socket?: Socket } } }).protocol.transport?.socket;

it('hears what comes of a socket that is given up, the first and the ones after it', async () => {
  const connection = await connectMesh({ mesh: meshOf(server().url), name: 'x', agent: 'HKG' });
  onTestFinished(() => connection.close());
  const first = socketOf(connection);
  first?.removeAllListeners();
  expect(first?.emit('error', new Error('write after end'))).toBe(true);
  await connection.reconnect();
  await expect
    .poll(() => socketOf(connection) !== first && socketOf(connection) !== undefined, { timeout: 30_000 })
    .toBe(true);
  const second = socketOf(connection);
  second?.removeAllListeners('error');
  expect(second?.emit('error', new Error('write after end'))).toBe(true);
});
