// Measures rounds with a built probe kind: {kind, rounds: [RoundKeys & {abortAfterMs?}]} comes as JSON on stdin, the
// results go as JSON to stdout. A program of its own, so that it can run inside a network namespace.
import { text } from 'node:stream/consumers';
import { openDriver } from '../../../dist/probes/kinds.js';

const { kind, rounds } = JSON.parse(await text(process.stdin));
const log = {
  debug() {},
  info() {},
  warn: (fields, message) => console.error(message, JSON.stringify(fields)),
};
const driver = await openDriver(kind, { log, simulated: null, clock: null });
const results = await Promise.all(
  rounds.map(({ abortAfterMs, ...round }) => {
    const signal =
      abortAfterMs === undefined ? new AbortController().signal : AbortSignal.timeout(abortAfterMs);
    return driver.measure({ ...round, signal });
  }),
);
await driver.close();
process.stdout.write(JSON.stringify(results));
