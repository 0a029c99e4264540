/** A byte sequence that is no character of UTF-8, with Redshift's number for the reason. */
export interface BadSequence {
  /** For example `c3 28`. */
  readonly hex: string;
  readonly code: number;
}

/**
 * The first bad sequence of a text.
 * Source of the numbers: Amazon Redshift Database Developer Guide, "Multibyte character load errors".
 */
export function badSequence(bytes: Uint8Array): BadSequence | undefined {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    // Continuation bytes, 254 and 255 begin no sequence; from 248 on sequences would have more than four bytes.
    if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xfe) return bad(bytes.subarray(at, at + 1), 3);
    if (lead >= 0xf8) return bad(bytes.subarray(at, at + 1), 1);
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const sequence = bytes.subarray(at, at + length);
    const wrong = sequence.findIndex((byte, index) => index > 0 && (byte < 0x80 || byte >= 0xc0));
    if (wrong > 0) return bad(sequence.subarray(0, wrong + 1), 4);
    if (sequence.length < length) return bad(sequence, 2);
    const code = codeOfPoint(sequence);
    if (code !== undefined) return bad(sequence, code);
    at += length;
  }
  return undefined;
}

/** Why the code point of a whole sequence is refused. */
function codeOfPoint(sequence: Uint8Array): number | undefined {
  const [lead = 0, ...rest] = sequence;
  if (rest.length === 0) return undefined;
  const point = rest.reduce((sum, byte) => sum * 64 + (byte & 0x3f), lead & (0x3f >> rest.length));
  if (point >= 0xd800 && point <= 0xdfff) return 5;
  if (point > 0x10ffff) return 8;
  // A shorter sequence stands for the same code point.
  return point < [0, 0x80, 0x800, 0x10000][rest.length]! ? 9 : undefined;
}

function bad(sequence: Uint8Array, code: number): BadSequence {
  return { hex: [...sequence].map((byte) => byte.toString(16).padStart(2, '0')).join(' '), code };
}
