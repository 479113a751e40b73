#!/usr/bin/env node
// The command `pop-sla`. A checkout has it before its first build, when npx would only say that nothing was found.
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('pop-sla: nothing is built here yet; allowed: npm run build\n');
  process.exitCode = 1;
}
