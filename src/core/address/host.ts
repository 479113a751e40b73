/** Whether a text is a DNS name: labels of letters, digits and hyphens, 253 characters at most (RFC 1123). */
export function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  if (text.length > 253 || !labels.every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label)))
    return false;
  return !/^\d+$/.test(labels.at(-1) ?? '');
}

const loopbackIPv4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Whether a name or an address, without a port, is this machine: `localhost`, 127.0.0.0/8 or ::1 (RFC 6761, 1122, 4291). */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || loopbackIPv4.test(bare);
}

/** Whether a `Host` header names this machine: a page of elsewhere could have its own name made to point here. */
export function isOwnHost(header = ''): boolean {
  // Without its port and brackets.
  const host = /^\[([^\]]*)\]/.exec(header)?.[1] ?? header.replace(/:\d+$/, '');
  return isLoopback(host);
}
