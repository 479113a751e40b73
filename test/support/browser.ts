import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { whatIsMissing } from './requires.js';

/** The program of Debian's package `chromium`; where it is missing `requires({ commands: [chromiumProgram] })` says so. */
export const chromiumProgram = 'chromium';

/**
 * Debian's Chromium, without a window; whoever opens it closes it. One for a file is enough: each test takes a context
 * of its own from it (`browser.newContext(phone)`), which shares nothing with another's. Rejects where there is none.
 * `program`: what starts it elsewhere, in a namespace, say.
 */
export async function openBrowser(program = '/usr/bin/chromium'): Promise<Browser> {
  const missing = whatIsMissing({ commands: [chromiumProgram] });
  if (missing !== null) throw new Error(missing);
  return chromium.launch({
    executablePath: program,
    // Root has no sandbox; /dev/shm is small in containers; nothing calls home.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'],
    timeout: 60_000,
  });
}

/** The sizes that pages are looked at in. */
export const desk: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true };

export interface Complaints {
  /** Faults of scripts, refusals by the content security policy, and what could not be loaded. */
  readonly said: string[];
}

/** Notes all that a page of the context complains of: a good one is silent. */
export function complaintsOf(context: BrowserContext): Complaints {
  const said: string[] = [];
  context.on('weberror', (fault) => said.push(String(fault.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });
  context.on('requestfailed', (request) =>
    said.push(`${request.url()}: ${request.failure()?.errorText ?? ''}`),
  );
  return { said };
}
