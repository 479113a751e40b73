/** What a size's number of bytes counts: the ICMP message (as `ping` prints it), the IP packet, or the payload. */
export const lengthBases = ['icmp', 'ip', 'payload'] as const;
export type LengthBasis = (typeof lengthBases)[number];

const icmpHeaderBytes = 8;
const ipHeaderBytes = { 4: 20, 6: 40 } as const;

/** The length of the ICMP message, header included, of a packet that is `bytes` long by `basis`. */
export function icmpMessageBytes(bytes: number, basis: LengthBasis, family: 4 | 6): number {
  switch (basis) {
    case 'icmp':
      return bytes;
    case 'ip':
      return bytes - ipHeaderBytes[family];
    case 'payload':
      return bytes + icmpHeaderBytes;
  }
}

/** 8 bytes of ICMP header and the 8-byte token that tells a reply from a forgery. */
export const minIcmpMessageBytes = 16;
/** What an IPv4 packet of 65,535 bytes has room for behind its 20-byte header. */
export const maxIcmpMessageBytes = 65_515;
