import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  postWebhook,
  signatureOf,
  type WebhookOptions,
} from '../../../src/services/notifications/webhook.js';
import { hookServer } from '../../support/hook-server.js';

const loopback = [{ address: '127.0.0.0', prefix: 8 }];
const options = (url: string, over: Partial<WebhookOptions> = {}): WebhookOptions => ({
  url,
  body: '{"文":1}',
  secret: 'a-secret-of-the-target',
  delivery: 'F1.1>T1',
  event: 'report-filed',
  now: 1_790_000_000_123,
  timeoutMs: 20_000,
  allow: loopback,
  userAgent: 'pop-sla/test',
  ...over,
});

describe('a webhook', () => {
  test('is signed over its time and body, and names its delivery', async () => {
    const { url, got } = await hookServer();
    await postWebhook(options(url));
    const [hook] = got;
    const hmac = createHmac('sha256', 'a-secret-of-the-target').update('1790000000.{"文":1}').digest('hex');
    expect(hook?.headers).toMatchObject({
      'pop-sla-signature': `t=1790000000,v1=${hmac}`,
      'pop-sla-delivery': 'F1.1>T1',
      'pop-sla-event': 'report-filed',
      'content-type': 'application/json',
      'user-agent': 'pop-sla/test',
    });
    expect(hook?.body).toBe('{"文":1}');
    expect(signatureOf('s', 'b', 1_000)).not.toBe(signatureOf('s', 'b', 2_000));
    await postWebhook(options(url, { secret: null }));
    expect(got[1]?.headers['pop-sla-signature']).toBeUndefined();
  });

  test('goes to no private address, by number or by name, unless it is allowed', async () => {
    const { url, port, got } = await hookServer();
    const none = { allow: [] };
    await expect(postWebhook(options(url, none))).rejects.toThrow('127.0.0.1 is 127.0.0.1, an address');
    const named = `http://hook.example:${port}/`;
    const lookup = (address: string) => () => Promise.resolve([{ address, family: 4 }]);
    await expect(postWebhook(options(named, { ...none, lookup: lookup('127.0.0.1') }))).rejects.toThrow(
      'hook.example is 127.0.0.1, an address that webhooks may not go to',
    );
    const oneOfTwo = () =>
      Promise.resolve([
        { address: '127.0.0.1', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    await expect(postWebhook(options(named, { lookup: oneOfTwo }))).rejects.toThrow('is 10.0.0.1');
    for (const written of ['2130706433', '0x7f000001', '127.1', '[::ffff:127.0.0.1]'])
      await expect(postWebhook(options(`http://${written}:${port}/`, none))).rejects.toThrow('may not go to');
    expect(got).toEqual([]);
    await postWebhook(options(named, { lookup: lookup('127.0.0.1') }));
    expect(got[0]?.headers.host).toBe(`hook.example:${port}`);
  });

  test('needs https but in the networks that are allowed', async () => {
    const lookup = () => Promise.resolve([{ address: '8.8.8.8', family: 4 }]);
    await expect(postWebhook(options('http://hook.example/', { lookup }))).rejects.toThrow(
      'http is for allowed',
    );
  });

  test('follows no redirect, and fails for anything but 2xx', async () => {
    const other = await hookServer();
    const moved = await hookServer((response) => response.writeHead(307, { location: other.url }).end());
    await expect(postWebhook(options(moved.url))).rejects.toThrow('answered 307: redirects are not followed');
    expect(other.got).toEqual([]);
    const broken = await hookServer((response) => response.writeHead(500).end('no'));
    await expect(postWebhook(options(broken.url))).rejects.toThrow('answered 500');
  });

  test('does not wait for ever, and does not read without end', async () => {
    const silent = await hookServer(() => undefined);
    await expect(postWebhook(options(silent.url, { timeoutMs: 200 }))).rejects.toThrow(
      'no answer within 200 ms',
    );
    let written = 0;
    const endless = await hookServer((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (written < 50_000_000 && !response.destroyed) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) break;
        }
      };
      response.on('drain', more);
      more();
    });
    await postWebhook(options(endless.url));
    expect(written).toBeLessThan(50_000_000);
  });

  test('says what is wrong with a name that is none', async () => {
    const lookup = () => Promise.reject(new Error('getaddrinfo ENOTFOUND hook.invalid'));
    await expect(postWebhook(options('https://hook.invalid/', { lookup }))).rejects.toThrow('ENOTFOUND');
  });
});
