import { lookup } from 'node:dns/promises';
import type { Resolve } from '../engine/ports.js';

const patienceMs = 5_000;

/** Asks the system's resolver, as every other program here does; gives up after 5 s. */
export const resolveName: Resolve = async (host, signal) => {
  const givenUp = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const silence = new Promise<never>((_resolve, reject) => {
    givenUp.addEventListener('abort', () => {
      reject(new Error(signal.aborted ? 'the round was ended' : `no answer within ${patienceMs / 1000} s`));
    });
  });
  const { address } = await Promise.race([lookup(host), silence]);
  return address;
};
