// Copies a store, as a process of its own: node copy.mjs FROM TO → one line of JSON.
import { copyStore } from '../../../dist/src/app/store.js';
import { figures } from './figures.mjs';

const start = performance.now();
let verifying = 0;
const { tables } = await copyStore({
  ...{ from: process.argv[2], to: process.argv[3], signal: new AbortController().signal },
  onProgress: ({ phase }) => {
    if (phase === 'verify' && verifying === 0) verifying = performance.now();
  },
});
const end = performance.now();
const rows = tables.reduce((sum, table) => sum + table.rows, 0);
const [copySeconds, verifySeconds] = [(verifying - start) / 1000, (end - verifying) / 1000];
console.log(JSON.stringify({ rows, copySeconds, verifySeconds, ...figures() }));
