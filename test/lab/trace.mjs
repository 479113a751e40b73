// Traces the path to an address by the build's kernel kind: `node trace.mjs ADDRESS`.
import { openKernel } from '../../dist/probes/kernel/driver.js';

const quiet = { debug() {}, info() {}, warn() {} };
const driver = await openKernel({ log: quiet });
const request = { address: process.argv[2], methods: ['icmp', 'udp'], mostHops: 30, tries: 3 };
process.stdout.write(JSON.stringify(await driver.trace(request)));
await driver.close();
