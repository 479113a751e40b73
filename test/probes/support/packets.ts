import { internetChecksum } from '../../../probes/shared/checksum.js';

/** An IPv4 packet around `payload`, with options when `headerBytes` is over 20. */
export function ipv4Packet(
  payload: Uint8Array,
  { source = [192, 0, 2, 1], destination = [192, 0, 2, 254], headerBytes = 20, protocol = 1 } = {},
): Buffer {
  const packet = Buffer.alloc(headerBytes + payload.length);
  packet[0] = 0x40 | (headerBytes / 4);
  packet.writeUInt16BE(packet.length, 2);
  packet[8] = 57;
  packet[9] = protocol;
  packet.set(source, 12);
  packet.set(destination, 16);
  packet.writeUInt16BE(internetChecksum(packet.subarray(0, headerBytes)), 10);
  packet.set(payload, headerBytes);
  return packet;
}

/** An IPv6 packet around an ICMPv6 message, by way of a fragment header when asked. */
export function ipv6Packet(payload: Uint8Array, destination: Uint8Array, fragmented = false): Buffer {
  const fragment = fragmented ? Buffer.from([58, 0, 0, 1, 0, 0, 0, 7]) : Buffer.alloc(0);
  const packet = Buffer.alloc(40);
  packet[0] = 0x60;
  packet.writeUInt16BE(payload.length + fragment.length, 4);
  packet[6] = fragmented ? 44 : 58;
  packet.set(destination, 24);
  return Buffer.concat([packet, fragment, payload]);
}

/** The ICMPv4 message with its checksum put right. */
export function sealed(message: Buffer): Buffer {
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(internetChecksum(message), 2);
  return message;
}

/** What an honest host sends back. */
export function replyTo(request: Uint8Array, type = 0): Buffer {
  const reply = Buffer.from(request);
  reply[0] = type;
  return type === 0 ? sealed(reply) : reply;
}

/** An ICMP error of this type and code that quotes an IP packet. */
export function errorAbout(quoted: Uint8Array, type: number, code: number): Buffer {
  return sealed(Buffer.concat([Buffer.from([type, code, 0, 0, 0, 0, 0, 0]), quoted]));
}
