import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Checksum algorithms that the twin knows, by their names in the API. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** COMPOSITE: the checksum of the parts' checksums, followed by `-` and the number of parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** As in the `x-amz-checksum-…` header: base64, big-endian, followed by `-<parts>` if composite. */
  readonly value: string;
  readonly type: ChecksumType;
}

/** A checksum that is computed while bytes stream through. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return (CHECKSUM_ALGORITHMS as readonly string[]).includes(name);
}

/** Whether a text has the form of the algorithm's checksum: base64 of the right number of bytes. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  const bytes = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 }[algorithm];
  const decoded = Buffer.from(value, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === value;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return new Crc32();
    case 'CRC32C':
      return new Crc32c();
    case 'CRC64NVME':
      return new Crc64Nvme();
    case 'SHA1':
    case 'SHA256':
      return createHash(algorithm.toLowerCase());
  }
}

class Crc32 implements RunningChecksum {
  private state = 0;

  update(bytes: Uint8Array): void {
    this.state = crc32(bytes, this.state);
  }

  digest(): Buffer {
    return uint32(this.state);
  }
}

/** Castagnoli polynomial, reflected. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder >>> 0;
});

class Crc32c implements RunningChecksum {
  private state = 0xffffffff;

  update(bytes: Uint8Array): void {
    let state = this.state;
    for (const byte of bytes) state = CRC32C_TABLE[(state ^ byte) & 0xff]! ^ (state >>> 8);
    this.state = state;
  }

  digest(): Buffer {
    return uint32(~this.state);
  }
}

/** The NVM Express polynomial, reflected, in two 32-bit halves: BigInt would be a hundred times slower. */
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = BigInt(byte);
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder >> 1n) ^ (remainder & 1n ? 0x9a6c9329ac4bc9b5n : 0n);
  CRC64_HIGH[byte] = Number(remainder >> 32n);
  CRC64_LOW[byte] = Number(remainder & 0xffffffffn);
}

class Crc64Nvme implements RunningChecksum {
  private high = 0xffffffff;
  private low = 0xffffffff;

  update(bytes: Uint8Array): void {
    let { high, low } = this;
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ CRC64_LOW[index]!;
      high = (high >>> 8) ^ CRC64_HIGH[index]!;
    }
    this.high = high;
    this.low = low;
  }

  digest(): Buffer {
    return Buffer.concat([uint32(~this.high), uint32(~this.low)]);
  }
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}
