/** The Internet checksum (RFC 1071) of `bytes`; 0 over a message that carries a right one. */
export function internetChecksum(bytes: Uint8Array): number {
  const { length } = bytes;
  let sum = 0;
  let index = 0;
  for (; index + 1 < length; index += 2) sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  if (index < length) sum += (bytes[index] ?? 0) << 8;
  // A message has at most 2^15 words, so the sum never left 32 bits.
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~(sum + (sum >>> 16)) & 0xffff;
}
