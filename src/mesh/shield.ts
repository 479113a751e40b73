import type { Socket } from 'node:net';
import type { NatsConnection } from '@nats-io/transport-node';

/** What of the client's transport is touched here; none of it is promised. */
interface Transport {
  socket?: Socket;
  setupHandlers?: () => void;
}

const shielded = Symbol('shielded');

/**
 * The client (3.4.0) takes its listeners off a socket before it destroys it. An error that is on its way then, such as
 * a write after the server's end, would have nobody to hear it, and end the process: a server that is killed must not
 * take its clients along. From here on each socket of this process' connections keeps one listener.
 */
export function shieldSockets(connection: NatsConnection): void {
  const { transport } = (connection as unknown as { protocol?: { transport?: Transport } }).protocol ?? {};
  if (!transport) return;
  shield(transport.socket);
  const kind = Object.getPrototypeOf(transport) as Transport & { [shielded]?: true };
  const setUp = kind.setupHandlers;
  if (!setUp || kind[shielded]) return;
  kind[shielded] = true;
  // A socket is given its listeners once it is connected, and again after each reconnect.
  kind.setupHandlers = function (this: Transport) {
    shield(this.socket);
    setUp.call(this);
  };
}

function shield(socket: Socket | undefined): void {
  if (!socket) return;
  const remove = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (event?: string | symbol) => {
    remove(event);
    socket.on('error', () => undefined);
    return socket;
  };
}
