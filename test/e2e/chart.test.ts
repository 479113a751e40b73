import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { openScene, type Scene } from '../support/portal-scene.js';
import { requires } from '../support/requires.js';
import { signIn } from './by-keyboard.js';
import { patienceMs } from './people.js';

interface Label {
  readonly text: string;
  readonly canvas: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly width: number;
}

/** Notes what is written on canvases, and where: it stands nowhere in the page. */
const recorder = `(() => {
  const { fillText } = CanvasRenderingContext2D.prototype;
  const canvases = [];
  window.written = [];
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    if (!canvases.includes(this.canvas)) canvases.push(this.canvas);
    const at = this.getTransform().transformPoint({ x, y });
    const wide = this.measureText(text).width;
    const left = at.x - ({ center: wide / 2, right: wide, end: wide }[this.textAlign] ?? 0);
    const one = { text, canvas: canvases.indexOf(this.canvas), left, right: left + wide, top: at.y, width: this.canvas.width };
    if (text.trim() !== '') window.written.push(one);
    return fillText.call(this, text, x, y, ...rest);
  };
})()`;

async function drawn(page: Page, address: string): Promise<{ latency: Label[]; loss: Label[] }> {
  await page.goto(`${address}/paths/HKG/SIN`);
  await page.locator('.uplot').nth(1).waitFor();
  await page.waitForFunction("window.written.some(({ text }) => text.endsWith('%'))");
  const labels = await page.evaluate<Label[]>('window.written');
  const lossCanvas = labels.find(({ text }) => text.endsWith('%'))?.canvas;
  return {
    latency: labels.filter(({ canvas }) => canvas !== lossCanvas),
    loss: labels.filter(({ canvas }) => canvas === lossCanvas),
  };
}

/** The labels that stand outside of their canvas, or on another one. */
function misplaced(labels: readonly Label[]): string[] {
  const outside = labels.filter(({ left, right, width }) => left < 0 || right > width);
  const onOther = labels.filter((one, n) =>
    labels.some(
      (other, m) =>
        m > n &&
        other.text !== one.text &&
        Math.abs(other.top - one.top) < 8 &&
        other.left < one.right &&
        one.left < other.right,
    ),
  );
  return [...outside, ...onOther].map(({ text }) => text);
}

describe('the chart that answers to the pointer', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram] });
  let scene: Scene;
  let browser: Browser;
  beforeAll(async () => {
    scene = await openScene();
    browser = await openBrowser();
  }, patienceMs);
  afterAll(async () => {
    await browser.close();
    await scene.close();
  }, patienceMs);

  test(
    'has loss in a plot of its own below the latency, labels that fit, and numbers with all their digits',
    async () => {
      const page = await signIn(browser, scene, 'bea');
      await page.addInitScript(recorder);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const { latency, loss } = await drawn(page, scene.address);
        expect(misplaced(latency)).toEqual([]);
        expect(misplaced(loss)).toEqual([]);
        expect(latency.map(({ text }) => text)).toContain('50 ms');
        const most = Math.max(
          ...loss.flatMap(({ text }) => (text.endsWith('%') ? [Number.parseFloat(text)] : [])),
        );
        expect(most).toBe(10);
        const [above, below] = await Promise.all(
          [0, 1].map((n) => page.locator('.u-over').nth(n).boundingBox()),
        );
        expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
        // What the pointer shows is the round's own figure.
        const over = page.locator('.u-over').first();
        for (const part of [0.5, 0.6])
          await over.hover({ position: { x: (above?.width ?? 0) * part, y: 40 } });
        await page
          .locator('.u-value', { hasText: /^7\d\.\d{3} ms$/ })
          .first()
          .waitFor({ timeout: 20_000 });
        await page.locator('.u-value', { hasText: '6.0000 %' }).first().waitFor({ timeout: 20_000 });
      }
      await page.context().close();
    },
    patienceMs,
  );

  test(
    'has no loss over 100 %, where nothing came back',
    async () => {
      const page = await signIn(browser, scene, 'bea');
      await page.addInitScript(recorder);
      await page.route('**/api/v1/rounds?*', async (route) => {
        const answer = await route.fetch();
        const body = (await answer.json()) as { rounds: { sizes: { sent: number }[] }[] };
        const rounds = body.rounds.map((round) =>
          Object.assign(round, {
            sizes: round.sizes.map((size) => Object.assign(size, { lost: size.sent, rttMeanUs: null })),
          }),
        );
        await route.fulfill({ response: answer, json: Object.assign(body, { rounds }) });
      });
      const { loss } = await drawn(page, scene.address);
      const percents = loss.flatMap(({ text }) => (text.endsWith('%') ? [Number.parseFloat(text)] : []));
      expect(Math.max(...percents)).toBe(100);
      await page.context().close();
    },
    patienceMs,
  );
});
