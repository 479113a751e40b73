import { canonicalJson, sha256 } from './canonical.js';
import { fingerprint, isSignedBy, publicKeyOf, type Signer } from './keys.js';
import {
  ArchiveError,
  type Member,
  type PackedMember,
  packMember,
  readArchive,
  unpackMember,
  writeArchive,
} from './zip.js';

/** The pack is not what was made; the message says what differs. */
export class PackError extends Error {
  override readonly name = 'PackFault';
}

export interface PackKey {
  readonly signer: Signer;
  /** The public part, PEM. */
  readonly publicPem: string;
}

export interface OpenedPack {
  /** By name; those of the pack itself (manifest and signature) are not among them. */
  readonly members: ReadonlyMap<string, Uint8Array>;
  readonly bytes: number;
  /** Null: it is not signed. */
  readonly signedBy: string | null;
  /** The version of the time zone data that it was made with; null: the pack does not say. */
  readonly zoneData: string | null;
}

const manifestFormat = 'pop-sla-pack/1';
const signatureFormat = 'pop-sla-pack-signature/1';
const manifestName = 'manifest.json';
const signatureName = 'signature.json';

interface ManifestEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Over the bytes as they lie in the archive: a deflated file has more than one spelling. */
  readonly packedSha256: string;
}

/**
 * An archive with a manifest of the members' hashes, and a signature over the manifest. The same members and key give
 * the same bytes. `key` null: it is not signed, and only shows that nothing was spoilt on the way. `zoneData`: the version
 * of the time zone data that the members were made with, for the manifest.
 */
export function makePack(
  members: readonly Member[],
  key: PackKey | null,
  zoneData: string | null = null,
): Buffer {
  const sorted = [...members].sort((a, b) => (a.name < b.name ? -1 : 1));
  const packed = sorted.map(packMember);
  const files = sorted.map(({ name, content }, index): ManifestEntry => ({
    name,
    bytes: content.length,
    sha256: sha256(content),
    packedSha256: sha256(packed[index]?.packed ?? new Uint8Array()),
  }));
  const manifest = textOf(
    zoneData === null ? { format: manifestFormat, files } : { format: manifestFormat, files, zoneData },
  );
  const signature = textOf({
    format: signatureFormat,
    manifest: sha256(manifest),
    key: key?.signer.id ?? null,
    publicKey: key?.publicPem ?? null,
    signature: key?.signer.sign(signedText(sha256(manifest))) ?? null,
  });
  return writeArchive([stored(manifestName, manifest), stored(signatureName, signature), ...packed]);
}

const textOf = (value: object): string => `${canonicalJson(value)}\n`;
const signedText = (manifest: string): string => canonicalJson({ format: signatureFormat, manifest });

/** As it is, so that it has one spelling only. */
function stored(name: string, text: string): PackedMember {
  const content = Buffer.from(text);
  const { crc, size } = packMember({ name, content });
  return { name, packed: content, deflated: false, crc, size };
}

/**
 * Reads a pack and checks every byte of it. `expectedKey`: the public key (PEM) that it has to be signed by; without
 * one, a signature is checked by the key in the pack, whose id is given back. Throws `PackError`.
 */
export function openPack(bytes: Uint8Array, expectedKey: string | null): OpenedPack {
  try {
    const [manifest, signature, ...packed] = readArchive(bytes);
    if (manifest?.name !== manifestName || signature?.name !== signatureName || manifest.deflated)
      throw new PackError(
        `the archive is no evidence pack: ${manifestName} and ${signatureName} come first in one`,
      );
    const manifestText = Buffer.from(unpackMember(manifest)).toString();
    const signedBy = checkSignature(
      Buffer.from(unpackMember(signature)).toString(),
      manifestText,
      expectedKey,
    );
    const { entries, zoneData } = readManifest(manifestText);
    const members = new Map<string, Uint8Array>();
    packed.forEach((member, index) => {
      const entry = entries[index];
      if (entry?.name !== member.name)
        throw new PackError(
          `${member.name} is not where the manifest has it: ${entry?.name ?? 'nothing'} is to be there`,
        );
      const content = sha256(member.packed) === entry.packedSha256 ? unpackMember(member) : null;
      if (content === null || content.length !== entry.bytes || sha256(content) !== entry.sha256)
        throw new PackError(`${member.name} was changed: its hash is not that of the manifest`);
      members.set(member.name, content);
    });
    const missing = entries[packed.length];
    if (missing) throw new PackError(`${missing.name} is missing`);
    return { members, bytes: bytes.length, signedBy, zoneData };
  } catch (error) {
    throw error instanceof ArchiveError ? new PackError(error.message, { cause: error }) : error;
  }
}

function readManifest(text: string): {
  readonly entries: readonly ManifestEntry[];
  readonly zoneData: string | null;
} {
  const { format, files, zoneData = null } = readText(manifestName, text);
  if (format !== manifestFormat || !Array.isArray(files))
    throw new PackError(`${manifestName} is of another format; this program reads ${manifestFormat}`);
  if (zoneData !== null && typeof zoneData !== 'string')
    throw new PackError(`${manifestName} has zone data that is no version`);
  return { entries: files as ManifestEntry[], zoneData };
}

/** The id of the key that signed. */
function checkSignature(text: string, manifestText: string, expectedKey: string | null): string | null {
  const { format, manifest, key, publicKey, signature, ...rest } = readText(signatureName, text);
  if (format !== signatureFormat || Object.keys(rest).length > 0)
    throw new PackError(`${signatureName} is of another format; this program reads ${signatureFormat}`);
  if (manifest !== sha256(manifestText))
    throw new PackError(`${manifestName} was changed: its hash is another`);
  if (key === null && publicKey === null && signature === null) {
    if (expectedKey !== null)
      throw new PackError('it is not signed, and has to be signed by the key that was given');
    return null;
  }
  if (typeof publicKey !== 'string' || typeof signature !== 'string')
    throw new PackError(`${signatureName} has a signature that is none`);
  const packKey = publicKeyOf(publicKey);
  if (
    packKey === null ||
    fingerprint(packKey) !== key ||
    packKey.export({ type: 'spki', format: 'pem' }) !== publicKey
  )
    throw new PackError(`${signatureName} names a key that is not the one in it`);
  if (expectedKey !== null) {
    const expected = publicKeyOf(expectedKey);
    if (expected === null) throw new PackError('the key that was given is no public Ed25519 key');
    if (fingerprint(expected) !== key)
      throw new PackError(
        `it is signed by the key ${key}, not by ${fingerprint(expected)}, the one that was given`,
      );
  }
  if (
    Buffer.from(signature, 'base64').toString('base64') !== signature ||
    !isSignedBy(signedText(manifest), signature, packKey)
  )
    throw new PackError('its signature is not one of that key over this manifest');
  return key;
}

/** A text of ours has one spelling. */
function readText(name: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PackError(`${name} is no JSON`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || textOf(value) !== text)
    throw new PackError(`${name} is not written the way it has to be`);
  return value as Record<string, unknown>;
}
/**
 * Values of the domain as JSON and back, without loss: a large number is `{"$bigint": "123"}`, a map is
 * `{"$map": [[key, value], …]}`, everything else is as it is. Fields without a value are left out.
 */
export function toTagged(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return { $bigint: String(each) };
    return each instanceof Map ? { $map: [...each] } : each;
  });
}

/** Throws `SyntaxError` for what is no JSON, and for a large number that is none. */
export function fromTagged(text: string): unknown {
  return JSON.parse(text, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null) return each;
    if ('$bigint' in each && typeof each.$bigint === 'string') return BigInt(each.$bigint);
    if ('$map' in each && Array.isArray(each.$map)) return new Map(each.$map as [unknown, unknown][]);
    return each;
  });
}
