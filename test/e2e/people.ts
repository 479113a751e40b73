import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { complaintsOf, desk } from '../support/browser.js';
import { password } from './house.js';

/** How long a page may take on a busy machine. */
export const patienceMs = 120_000;

export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of: scripts that ran and should not, what the policy refused, what failed. */
  readonly said: string[];
  /** Goes to a page of the portal, which has to be there. */
  readonly go: (path: string) => Promise<void>;
  /** Asks the API from inside the page, with its cookie; `UPLOAD` posts a text as bytes. Rejects for what is refused. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** Somebody in a browser of their own, signed in by the form; `name` null: nobody yet. */
export async function personAt(
  browser: Browser,
  address: string,
  name: string | null,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ ...desk, locale: 'en', ...options });
  const { said } = complaintsOf(context);
  // Nothing of ours asks in a window: what does was brought in.
  context.on('dialog', (dialog) => {
    said.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const go = async (path: string): Promise<void> => {
    const answer = await page.goto(`${address}${path}`);
    if (answer?.ok() !== true) throw new Error(`${path}: ${answer?.status() ?? 'no answer'}`);
  };
  if (name !== null) {
    await go('/sign-in');
    await page.locator('input[name=name]').fill(name);
    await page.locator('input[name=password]').fill(password);
    await page.locator('form[action="/sign-in"] button').click();
    await page.waitForURL(({ pathname }) => pathname !== '/sign-in');
  }
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await page.evaluate(
      async ([how, where, what]) => {
        const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
        const type = how === 'UPLOAD' ? 'application/octet-stream' : 'application/json';
        const asked = await fetch(`/api/v1/${where}`, {
          method: how === 'UPLOAD' ? 'POST' : how,
          headers: { 'x-csrf-token': session.csrf, ...(what === null ? {} : { 'content-type': type }) },
          ...(what === null ? {} : { body: what }),
        });
        return { status: asked.status, text: await asked.text() };
      },
      [
        method,
        path,
        typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body),
      ] as const,
    );
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text === '' ? null : JSON.parse(answer.text)) as T;
  };
  return { page, context, said, go, api, close: () => context.close() };
}

/** What a browser complained of; what a page was asking for when it was left is nobody's fault. */
export const complaints = ({ said }: Person): string[] =>
  said.filter((one) => !one.includes('net::ERR_ABORTED'));

/** Whether the page is wider than its window. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
