// The heat map in a browser: the mesh of a daemon with three months behind it, drawn by Chromium at 1280 pixels.
// Prints what each part took; judges nothing.
//   npm run build && node test/bench/http/heat.mjs [PoPs = 50] [times = 15] [folder to keep]
// `painted` is the time from the start of the navigation until the second frame after the whole document was there:
// all of the map is laid out and drawn by then, which costs up to two frames (33 ms) that nobody waited for.
// `server`: from the request to the first byte of its answer, `carried`: until the last. `browser`: from there on.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { desk, launchChromium } from '../../support/chromium.mjs';
import { startDaemon } from './daemon.mjs';
import { prepare } from './prepare.mjs';

const [pops = '50', times = '15', kept] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
mkdirSync(folder, { recursive: true });
const person = { name: 'heat', password: 'Correct-horse-1' };

let daemon = null;
let browser = null;
try {
  const known = await prepare({ folder, pops: Number(pops), say: console.log });
  daemon = await startDaemon(known.file);
  const admin = { authorization: `Bearer ${known.tokens.admin}` };
  await daemon.judged(known.paths, admin);
  await daemon.settled();
  // Whoever is there already from an earlier run stays.
  await fetch(`${daemon.address}/api/v1/users`, {
    ...{ method: 'POST', headers: { ...admin, 'content-type': 'application/json' } },
    body: JSON.stringify({ ...person, roles: ['noc'] }),
  });
  browser = await launchChromium();
  console.log(`${known.paths} paths, Chromium ${browser.version()}, ${desk.viewport.width} pixels wide`);

  const signedIn = async () => {
    const context = await browser.newContext({ ...desk, baseURL: daemon.address });
    await context.addInitScript(watch);
    const answer = await context.request.post('/api/v1/session', { data: person });
    if (!answer.ok()) throw new Error(`nobody signed in: ${answer.status()}`);
    return context;
  };
  const first = [];
  for (let n = 0; n < Number(times); n += 1) {
    const context = await signedIn();
    first.push(await drawn(await context.newPage(), '/mesh'));
    await context.close();
  }
  print('first visit: nothing is in the browser', first);

  const context = await signedIn();
  const page = await context.newPage();
  const size = await drawn(page, '/mesh');
  const [again, windows, redrawn] = [[], [], []];
  for (let n = 0; n < Number(times); n += 1) {
    again.push(await drawn(page, '/mesh'));
    windows.push(await drawn(page, `/mesh?window=${['round', 'month-to-date'][n % 2]}`));
    redrawn.push(await page.evaluate(redraw, '/mesh'));
  }
  print('visited again', again);
  print('another window', windows);
  print('redrawn in place, as every 60 s', redrawn);
  console.log(
    `the document: ${(size.bytes / 1024).toFixed(0)} KB, ${(size.sent / 1024).toFixed(0)} KB on the way; ` +
      `${size.elements} elements; load ${loadavg()[0].toFixed(1)}`,
  );
} finally {
  await browser?.close();
  await daemon?.stop();
  if (!kept) rmSync(folder, { recursive: true, force: true });
}

/** In the page, before anything of it: notes when the whole document was drawn. */
function watch() {
  addEventListener('DOMContentLoaded', () => {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        performance.mark('painted');
      }),
    );
  });
}

async function drawn(page, url) {
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForFunction(() => performance.getEntriesByName('painted').length > 0);
  if ((await page.locator('.heat td a').count()) === 0) throw new Error('there is no heat map');
  return page.evaluate(() => {
    const [entry] = performance.getEntriesByType('navigation');
    const painted = performance.getEntriesByName('painted')[0].startTime;
    const { requestStart, responseStart, responseEnd, domContentLoadedEventEnd } = entry;
    return {
      ...{ painted, server: responseStart - requestStart, carried: responseEnd - responseStart },
      ...{ browser: painted - responseEnd, parsed: domContentLoadedEventEnd },
      contentful: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
      ...{ bytes: entry.decodedBodySize, sent: entry.encodedBodySize },
      elements: document.getElementsByTagName('*').length,
    };
  });
}

/** In the page: what its part that asks for itself anew does. */
async function redraw(url) {
  const begun = performance.now();
  await globalThis.htmx.ajax('GET', url, { target: '#live', select: '#live', swap: 'outerHTML' });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  const painted = performance.now() - begun;
  const entry = performance.getEntriesByType('resource').findLast(({ name }) => name.endsWith(url));
  const server = entry.responseStart - entry.requestStart;
  return {
    ...{ painted, server, carried: entry.responseEnd - entry.responseStart },
    browser: begun + painted - entry.responseEnd,
  };
}

function print(name, measured) {
  console.log(`${name}, ${measured.length} times: median (most), ms`);
  for (const part of ['painted', 'contentful', 'parsed', 'server', 'carried', 'browser']) {
    const values = measured.flatMap((one) => one[part] ?? []).sort((a, b) => a - b);
    if (values.length === 0) continue;
    const median = values[Math.floor(values.length / 2)];
    const over = part === 'painted' && values.at(-1) > 300 ? '  OVER 300 ms' : '';
    console.log(`  ${part.padEnd(11)}${median.toFixed(0).padStart(5)} (${values.at(-1).toFixed(0)})${over}`);
  }
}
