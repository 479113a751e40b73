import { ipAddress, type IpAddress } from '../shared/ip-address.js';
import { createLines } from '../shared/lines.js';
import { failedRound } from '../shared/results.js';
import { childEchoes } from './echoes.js';
import { endpoints, type Endpoints } from './endpoints.js';
import { isPermission } from './errors.js';
import { lagWatch } from './lag.js';
import { loadNetPing, type NetPing } from './library.js';
import { runRound, type RunningRound } from './run-round.js';
import type { ChildRound, FromChild, ToChild } from './wire.js';

/**
 * The process that pings and does nothing else: in the daemon's own, a reply waits behind whatever the daemon is
 * doing, and raw-socket crashes in worker threads.
 */
const tell = (message: FromChild): void => {
  if (process.connected) process.send?.(message);
};
const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const loopback: IpAddress = {
  family: 4,
  text: '127.0.0.1',
  canonical: '127.0.0.1',
  bytes: Uint8Array.of(127, 0, 0, 1),
};

/** The parent decides when this ends. A terminal's Ctrl-C and a service's stop reach the whole group. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
// The parent may have gone while this was being loaded.
if (!process.connected) process.exit(0);

/** Longer than between two rounds of a path. */
const forgottenNs = 25 * 3600e9;
const sweepEveryMs = 60_000;

function unavailable(cause: 'permission' | 'library' | 'socket', error: Error): void {
  const message: FromChild = { type: 'unavailable', cause, message: error.message };
  process.send?.(message, undefined, undefined, () => {
    process.disconnect();
  });
}

function serve(open: Endpoints): void {
  const running = new Map<number, RunningRound>();
  const lag = lagWatch();
  const lines = createLines();
  setInterval(() => {
    lines.sweep(performance.now() * 1e6 - forgottenNs);
  }, sweepEveryMs).unref();
  const echoes = childEchoes({
    endpoints: open,
    lines,
    tell: (results) => {
      tell({ type: 'echoes', results });
    },
  });

  const start = (id: number, request: ChildRound): void => {
    const failed = (reason: string): void => {
      tell({ type: 'result', id, result: failedRound('user', reason) });
    };
    const target = ipAddress(request.address);
    if (!target) {
      failed(`"${request.address}" is not an IP address`);
      return;
    }
    try {
      const round = runRound({
        request,
        target,
        endpoints: open,
        lines,
        lag,
        random: Math.random,
        onProgress: (progress) => {
          tell({ type: 'progress', id, progress });
        },
        onEnd: (result) => {
          running.delete(id);
          tell({ type: 'result', id, result });
        },
      });
      running.set(id, round);
    } catch (error) {
      failed(`no raw socket for IPv${target.family}: ${asError(error).message}`);
    }
  };

  process.on('message', (message: ToChild) => {
    switch (message.type) {
      case 'round':
        start(message.id, message.round);
        break;
      case 'abort':
        running.get(message.id)?.abort();
        break;
      case 'echo':
        echoes.send(message.requests);
        break;
      case 'ping':
        tell({ type: 'pong' });
        break;
    }
  });
}

/**
 * A first round, on loopback and thrown away: code that runs for the first time takes a millisecond longer, and the
 * first packets of a real round would seem to.
 */
function warmUp(open: Endpoints, then: () => void): void {
  runRound({
    request: {
      address: loopback.text,
      sizes: [{ bytes: 64, icmpBytes: 64 }],
      count: 60,
      intervalMs: 1,
      lostAfterMs: 20,
      lateWaitMs: 0,
      progress: false,
    },
    target: loopback,
    endpoints: open,
    lines: createLines(),
    lag: lagWatch(),
    random: () => 0,
    onProgress: () => undefined,
    onEnd: then,
  });
}

function main(): void {
  let netPing: NetPing;
  try {
    netPing = loadNetPing();
  } catch (error) {
    unavailable('library', asError(error));
    return;
  }
  const open = endpoints({
    netPing,
    onError: (error) => {
      // A read that failed says nothing of a packet; the socket goes on.
      process.stderr.write(`${error.message}\n`);
    },
  });
  const nobody = { took: () => undefined, died: () => undefined };
  try {
    open.leave(open.join(4, 0, nobody), nobody);
  } catch (error) {
    unavailable(isPermission(asError(error)) ? 'permission' : 'socket', asError(error));
    return;
  }
  warmUp(open, () => {
    serve(open);
    tell({ type: 'ready' });
  });
}

main();
