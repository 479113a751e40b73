import { createRequire } from 'node:module';

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

/** Loads net-ping, an optional dependency; throws when it is not installed or its native part was not built here. */
export function loadNetPing(): NetPing {
  return createRequire(import.meta.url)('net-ping') as NetPing;
}
