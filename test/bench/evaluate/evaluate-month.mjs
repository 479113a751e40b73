// Evaluates a case from a store, as a process of its own: node evaluate-month.mjs DATABASE CASE → one line of JSON.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { planFiles } from '../../../dist/src/config/plan/parse.js';
import { readCase } from '../../../dist/src/config/case/read-case.js';
import { judgeMonth } from '../../../dist/src/core/statement/judge.js';
import { monthResult } from '../../../dist/src/core/statement/result.js';
import { figuresFromStore } from '../../../dist/src/services/months/load-case.js';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';

const [, , database, caseFile] = process.argv;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
/** Of this program alone: what the system says of the process counts the parent that it was forked from, too. */
const peakMib = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = readCase(readFileSync(caseFile, 'utf8'), planFiles(root), root);
if (!read.ok) throw new Error(read.faults.map(({ path, message }) => `${path} ${message}`).join('\n'));
const store = await openSqliteStore({ path: database, readOnly: true });
const before = cpuSeconds();
const figures = await figuresFromStore({ rounds: store.rounds, monthCase: read.case });
const sumsCpuSeconds = cpuSeconds() - before;
const result = monthResult(judgeMonth(read.case, figures));
const bytes = JSON.stringify(result).length;
await store.close();
console.log(
  JSON.stringify({
    bytes,
    month: read.case.month,
    services: result.services.length,
    credits: result.services.filter(({ credit }) => Number(credit.amount) > 0).length,
    roundsHeld: result.paths.reduce((sum, { raw }) => sum + raw.roundsHeld, 0),
    seconds: performance.now() / 1000,
    cpuSeconds: cpuSeconds(),
    sumsCpuSeconds,
    peakMib: peakMib(),
  }),
);
