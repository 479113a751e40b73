import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { formatInstant } from '../../src/core/time/calendar.js';
import type { Person } from './people.js';

/** What the browser gets where a person clicks, as a file in a folder. */
export async function download(page: Page, link: Locator, folder: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const place = join(folder, file.suggestedFilename());
  await file.saveAs(place);
  return place;
}

/** Says a word in one of the folded forms of a report. */
export async function deed({ page }: Person, name: string, text = ''): Promise<void> {
  const form = page.locator(`details:has(form[action$="/${name}"])`);
  await form.locator('summary').click();
  await form.locator('textarea').fill(text);
  await form.locator('button').click();
  await page.waitForURL(new RegExp(`done=${name}$`));
}

/** Ten seconds that are just over, as fields take them: a time that ends in :00 is written without it. */
function shortlyBefore(): { readonly from: string; readonly to: string } {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const end = now % 10_000 === 0 ? now - 1000 : now;
  const local = (at: number): string => formatInstant(at, 'Asia/Hong_Kong').slice(0, 19);
  return { from: local(end - 10_000), to: local(end) };
}

/** The NOC takes a report out of its queue, and makes an outage and an exclusion of it; gives back the exclusion's id. */
export async function takeIntoLedger(nora: Person, id: string): Promise<string> {
  const { page } = nora;
  await nora.go('/faults');
  await page.locator(`a[href="/faults/${id}"]`).click();
  await page.locator('form[action$="/take"] button').click();
  await page.locator('form[action$="/start"] button').click();
  await page.locator('.state-investigating').first().waitFor();
  const times = shortlyBefore();
  const fill = async (name: string, more: Readonly<Record<string, string>>): Promise<void> => {
    await page.locator(`a[href="/faults/${id}/ledger"]`).click();
    const form = page.locator(`form[action$="/${name}"]`);
    for (const [field, text] of Object.entries({ ...times, ...more }))
      await form.locator(`input[name=${field}]`).fill(text);
    if (name === 'to-exclusion') await form.locator('select[name=kind]').selectOption('third-party');
    await form.locator('button').click();
    await page.waitForURL(new RegExp(`done=${name}$`));
  };
  await fill('to-outage', { reason: 'the port was dark' });
  await fill('to-exclusion', { scope: 'pop:SIN', reason: 'a digger' });
  await page.locator('a[href^="/exclusions/"]').click();
  await page.getByText('You proposed it: someone else has to approve it.').waitFor();
  expect(await page.locator('form[action$="/approve"]').count()).toBe(0);
  return /X\d+/.exec(page.url())?.[0] ?? '';
}

/** A second person looks at what it would change, and approves it. */
export async function approve({ page, go }: Person, exclusion: string): Promise<void> {
  await go('/');
  await page.locator(`a[href="/exclusions/${exclusion}"]`).click();
  const changed = page.locator('#impact tbody tr').filter({ hasText: 'bank-line' });
  await changed.getByText('10 s → 0 s').waitFor();
  await page.locator('form[action$="/approve"] input[name=reason]').fill('seen with my own eyes');
  await page.locator('form[action$="/approve"] button').click();
  await page.waitForURL(/done=approve$/);
  await page.getByText('seen with my own eyes').waitFor();
}

/** Clicks where there is something to do still: a day may be lived twice. */
const clickIfThere = async (button: Locator): Promise<boolean> => {
  if ((await button.count()) === 0) return false;
  await button.click();
  return true;
};

/** Finance draws a month up, seals it, exports and pays its credit, and sees in the ledger who did what. */
export async function settleMonth({ page, go }: Person, month: string, folder: string): Promise<string> {
  await go('/');
  await page.waitForURL(`**/months/${month}`);
  await page.locator('form[action$="/close"] button').click();
  await page.waitForURL(/done=close$/);
  if (await clickIfThere(page.getByRole('link', { name: 'Seal the draft' }))) {
    await page.getByRole('button', { name: 'Seal it' }).click();
    await page.getByRole('heading', { name: 'Results' }).waitFor();
  }
  await page.locator(`a[href="/months/${month}/bank-line"]`).first().click();
  await page.getByText('Sealed by').waitFor();
  const sheet = await download(page, page.getByRole('link', { name: 'XLSX', exact: true }), folder);
  const nav = page.getByRole('navigation');
  await nav.getByRole('link', { name: 'Credits' }).click();
  await page.getByRole('heading', { name: 'Credits' }).waitFor();
  const row = page.locator('tbody tr').filter({ hasText: `${month}/bank-line` });
  if (await clickIfThere(page.getByRole('button', { name: 'Mark as exported' }))) {
    await page.waitForURL(/done=export$/);
    await row.getByText('exported', { exact: true }).waitFor();
  }
  if (await clickIfThere(row.locator('summary'))) {
    await row.locator('input[name=note]').fill('paid with the next bill');
    await row.getByRole('button', { name: 'Paid' }).click();
    await page.waitForURL(/done=settle$/);
  }
  await row.getByText('settled', { exact: true }).waitFor();
  await nav.getByRole('link', { name: 'Ledger' }).click();
  await page.getByText('intact', { exact: true }).waitFor();
  await page.locator('td').getByText(`/months/${month}/seal`, { exact: true }).waitFor();
  return sheet;
}

export interface Taken {
  readonly report: string;
  readonly pack: string;
  readonly key: string;
}

/** A customer takes its statement, its evidence and the public key, and has the pack checked by the page. */
export async function verifyOwn({ page, go }: Person, month: string, folder: string): Promise<Taken> {
  await go('/services');
  await page.getByRole('navigation').getByRole('link', { name: 'Statements' }).click();
  const row = page.locator('tbody tr').filter({ hasText: 'bank-line' });
  await row.getByText('sealed, revision 1').waitFor();
  const report = await download(page, row.getByRole('link', { name: 'PDF', exact: true }).first(), folder);
  const pack = await download(page, row.getByRole('link', { name: 'Evidence pack' }), folder);
  await page.getByRole('link', { name: 'How to verify statements' }).click();
  const key = await download(page, page.getByRole('link', { name: 'Save as carrier.pub' }), folder);
  const check = async (file: string, expected: string): Promise<void> => {
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(expected).waitFor();
  };
  await check(pack, `Verified: ${month}/bank-line`);
  const broken = join(folder, 'broken.zip');
  writeFileSync(broken, 'no pack');
  await check(broken, 'Not verified.');
  return { report, pack, key };
}
