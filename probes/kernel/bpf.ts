/** One instruction of the kernel's classic packet filter: code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, jt: number, jf: number, k: number];

const loadIpHeaderLength: Instruction = [0xb1, 0, 0, 0]; // ldxb 4*([0]&0xf)
const keep: Instruction = [0x06, 0, 0, 0x40000];
const drop: Instruction = [0x06, 0, 0, 0];

/** Echo replies with this identifier, on a raw IPv4 socket: it sees the IP header first. */
const repliesV4 = (identifier: number): Instruction[] => [
  loadIpHeaderLength,
  [0x50, 0, 0, 0], // ldb [x + 0], the type
  [0x15, 0, 3, 0], // is it echo reply
  [0x48, 0, 0, 4], // ldh [x + 4], the identifier
  [0x15, 0, 1, identifier],
  keep,
  drop,
];

/** The same on a raw IPv6 socket, which starts at the ICMP message. */
const repliesV6 = (identifier: number): Instruction[] => [
  [0x30, 0, 0, 0],
  [0x15, 0, 3, 129],
  [0x28, 0, 0, 4],
  [0x15, 0, 1, identifier],
  keep,
  drop,
];

/** The program as SO_ATTACH_FILTER wants it: 8 bytes an instruction. */
export function echoReplyFilter(family: 4 | 6, identifier: number): { program: Buffer; count: number } {
  const instructions = family === 4 ? repliesV4(identifier) : repliesV6(identifier);
  const program = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([code, jt, jf, k], index) => {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(jt, index * 8 + 2);
    program.writeUInt8(jf, index * 8 + 3);
    program.writeUInt32LE(k, index * 8 + 4);
  });
  return { program, count: instructions.length };
}

/** ICMP6_FILTER that lets only echo replies (129) through: a set bit blocks. */
export function icmp6EchoReplyOnly(): Buffer {
  const blocked = Buffer.alloc(32, 0xff);
  const word = blocked.readUInt32LE(16); // types 128 to 159
  blocked.writeUInt32LE((word & ~(1 << 1)) >>> 0, 16);
  return blocked;
}
