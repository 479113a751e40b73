import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join } from 'node:path';

/** As much of raw-socket's socket (under net-ping) as is used here. */
export interface RawSocket {
  /** What a message is received into; it would cut longer ones. */
  buffer: Buffer;
  sendPaused: boolean;
  pauseRecv(): this;
  onSendReady(): void;
  setOption(level: number, option: number, value: number): void;
  setOption(level: number, option: number, value: Buffer, length: number): void;
  on(event: 'message', listener: (message: Buffer, source: string) => void): this;
  removeAllListeners(event: 'message'): this;
}

/** What net-ping keeps of one request. */
interface NetPingRequest {
  readonly id: number;
}

/** As much of a net-ping session as is used here; the last four are what it calls on itself. */
interface NetPingSession {
  getSocket(): RawSocket;
  pingHost(target: string, callback: (error: Error | null) => void): this;
  close(): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'close', listener: () => void): this;
  reqRemove(id: number): void;
  _generateId(): number;
  toBuffer(request: NetPingRequest): Buffer;
  onBeforeSocketSend(request: NetPingRequest): void;
}

export interface NetPing {
  readonly NetworkProtocol: { readonly IPv4: number; readonly IPv6: number };
  /** Throws what the system says when a raw socket is refused: `Operation not permitted`. */
  createSession(options: {
    readonly networkProtocol: number;
    readonly retries: number;
    readonly sessionId: number;
    readonly ttl: number;
  }): NetPingSession;
}

/** Where `.node/net-ping.mjs` puts it for an installed command, whose own folder each upgrade replaces. */
const besideInstalled = '/usr/local/lib/pop-sla/node_modules';

/**
 * Loads net-ping, an optional dependency: our own, else one in a folder of NODE_PATH or beside an installed command.
 * Throws when there is none, or none whose native part was built for this Node.js. An installed command may have an own
 * one that was never built, which keeps Node.js from looking further by itself.
 */
export function loadNetPing(): NetPing {
  const require = createRequire(import.meta.url);
  try {
    return require('net-ping') as NetPing;
  } catch (error) {
    const folders = [...(process.env['NODE_PATH'] ?? '').split(delimiter), besideInstalled];
    const found = folders
      .filter((folder) => isAbsolute(folder))
      .map((folder) => join(folder, 'net-ping'))
      .find((folder) => existsSync(folder));
    if (found === undefined) throw error;
    return require(found) as NetPing;
  }
}
