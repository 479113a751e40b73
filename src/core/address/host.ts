/** Whether a text is a DNS name: labels of letters, digits and hyphens, 253 characters at most (RFC 1123). */
export function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  if (text.length > 253 || !labels.every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label)))
    return false;
  return !/^\d+$/.test(labels.at(-1) ?? '');
}
