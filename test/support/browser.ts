import type { Browser, BrowserContext } from 'playwright-core';
import { chromiumProgram, desk, launchChromium, phone } from './chromium.mjs';
import { whatIsMissing } from './requires.js';

export { chromiumProgram, desk, phone };

/**
 * Debian's Chromium, without a window; whoever opens it closes it. One for a file is enough: each test takes a context
 * of its own from it (`browser.newContext(phone)`), which shares nothing with another's. Rejects where there is none.
 * `program`: what starts it elsewhere, in a namespace, say.
 */
export async function openBrowser(program?: string): Promise<Browser> {
  const missing = whatIsMissing({ commands: [chromiumProgram] });
  if (missing !== null) throw new Error(missing);
  return launchChromium(program);
}

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
  context.on('requestfailed', (request) => {
    const fault = request.failure()?.errorText ?? '';
    // Whoever leaves a page ends its stream, and what it was just asking for.
    if (fault !== 'net::ERR_ABORTED') said.push(`${request.url()}: ${fault}`);
  });
  return { said };
}
