import { createTransport } from 'nodemailer';
import type { SmtpConfig } from '../../config/config.js';
import type { MailText } from '../../render/notify/mail.js';

export interface MailOptions {
  readonly smtp: SmtpConfig;
  readonly to: string;
  readonly mail: MailText;
  /** The same for every try of one message. */
  readonly delivery: string;
  readonly timeoutMs: number;
}

/** Hands a mail to the server. Resolves when the server took it; rejects with why not, without secrets. */
export async function sendMail({ smtp, to, mail, delivery, timeoutMs }: MailOptions): Promise<void> {
  const { host, port, security, user, password, from } = smtp;
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls' },
    ignoreTLS: security === 'none',
    ...(user !== null && password !== null && { auth: { user, pass: password } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    // Nothing of a mail comes from files or the network.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({
      ...{ from, to, subject: mail.subject, text: mail.text },
      messageId: `<${delivery.replace(/[^A-Za-z0-9.-]/g, '-')}@pop-sla.invalid>`,
      headers: { 'auto-submitted': 'auto-generated', 'x-pop-sla-delivery': delivery },
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(password === null ? text : text.replaceAll(password, '***'), { cause: error });
  } finally {
    transport.close();
  }
}
