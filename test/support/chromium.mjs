import { chromium } from 'playwright-core';

/** The program of Debian's package `chromium`; where it is missing `requires({ commands: [chromiumProgram] })` says so. */
export const chromiumProgram = 'chromium';

/** Debian's Chromium, without a window. `program`: what starts it elsewhere, in a namespace, say. */
export function launchChromium(program = '/usr/bin/chromium') {
  return chromium.launch({
    executablePath: program,
    // Root has no sandbox; /dev/shm is small in containers; nothing calls home.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'],
    timeout: 60_000,
  });
}

/** The sizes that pages are looked at in. */
export const desk = { viewport: { width: 1280, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
