import { describe, expect, test } from 'vitest';
import type { SmtpConfig } from '../../../src/config/config.js';
import { sendMail, type MailOptions } from '../../../src/services/notifications/outbox.js';
import { smtpServer } from '../../support/smtp.js';

const smtp = (port: number, over: Partial<SmtpConfig> = {}): SmtpConfig => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  from: 'SLA desk <sla@carrier.example>',
  user: null,
  password: null,
  ...over,
});
const options = (config: SmtpConfig, over: Partial<MailOptions> = {}): MailOptions => ({
  smtp: config,
  to: 'noc@bank.example',
  delivery: 'F1.1>T1',
  timeoutMs: 20_000,
  mail: { subject: '[F1] 已受理故障申告：慢', text: '路径: HKG>SIN\n<b>as it is</b>\n' },
  ...over,
});

const bodyOf = (raw: string): string => {
  const [head = '', body = ''] = raw.split(/\r\n\r\n(.*)/s);
  return /base64/i.test(head)
    ? Buffer.from(body, 'base64').toString()
    : Buffer.from(
        body
          .replace(/=\r\n/g, '')
          .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString();
};

describe('a mail to a real SMTP server', () => {
  test('arrives as plain text, in any language', async () => {
    const { port, mails } = await smtpServer();
    await sendMail(options(smtp(port)));
    const [mail] = mails;
    expect(mail).toMatchObject({ from: 'sla@carrier.example', to: ['noc@bank.example'] });
    expect(mail?.raw).toMatch(/content-type: text\/plain; charset=utf-8/i);
    expect(mail?.raw).toMatch(/auto-submitted: auto-generated/i);
    expect(mail?.raw).toMatch(/message-id: <F1\.1-T1@pop-sla\.invalid>/i);
    expect(bodyOf(mail?.raw ?? '')).toContain('路径: HKG>SIN\r\n<b>as it is</b>');
  });

  test('signs in, by STARTTLS only where that is asked for', async () => {
    const auth: Parameters<typeof smtpServer>[0] = {
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        if (password === 'right') done(null, { user: username ?? '' });
        else done(new Error('bad'));
      },
    };
    const { port, mails } = await smtpServer(auth);
    await sendMail(options(smtp(port, { user: 'sla', password: 'right' })));
    expect(mails[0]?.user).toBe('sla');
    const wrong = sendMail(options(smtp(port, { user: 'sla', password: 'wrong-and-secret' })));
    await expect(wrong).rejects.toThrow(/invalid login/i);
    await expect(wrong).rejects.not.toThrow(/wrong-and-secret/);
    // The server's certificate is nobody's: nothing goes over what can't be trusted.
    await expect(
      sendMail(options(smtp(port, { security: 'starttls', user: 'sla', password: 'right' }))),
    ).rejects.toThrow(/certificate|self-signed|hostname|altnames/i);
    expect(mails).toHaveLength(1);
  });

  test('goes nowhere without the STARTTLS that was asked for', async () => {
    const { port, mails } = await smtpServer({ disabledCommands: ['STARTTLS'] });
    await expect(sendMail(options(smtp(port, { security: 'starttls' })))).rejects.toThrow(/STARTTLS/i);
    expect(mails).toEqual([]);
  });

  test('says why it was not taken', async () => {
    const { port } = await smtpServer({
      onRcptTo: (_address, _session, done) => {
        done(new Error('no such person'));
      },
    });
    await expect(sendMail(options(smtp(port)))).rejects.toThrow(/no such person/);
  });

  test('has no second recipient or header by its subject', async () => {
    const { port, mails } = await smtpServer();
    const mail = { subject: 'a\r\nBcc: spy@example.net', text: 'x' };
    await sendMail(options(smtp(port), { mail }));
    expect(mails[0]?.to).toEqual(['noc@bank.example']);
    expect(mails[0]?.raw).not.toMatch(/^bcc:/im);
  });
});
