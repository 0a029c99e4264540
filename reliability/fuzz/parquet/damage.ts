import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { framed } from '../../../local/behaviour/parquet/plain-file';
import { ThriftReader, writeStruct, type ThriftValue } from '../../../local/behaviour/parquet/thrift';

const TRAILER_BYTES = 8;

/** A part of a file: its first bytes, its pages, its footer, and the trailer after the footer. */
type Region = 'start' | 'data' | 'footer' | 'trailer';

/** One damage to a file. `at` is a share (0 to 1) of the region's length, or of the footer's values. */
export type Damage =
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'flip'; readonly region: Region; readonly at: number; readonly bits: number }
  | {
      readonly kind: 'overwrite';
      readonly region: Region;
      readonly at: number;
      readonly bytes: readonly number[];
    }
  /** Replaces a value of the footer and writes the footer again: the file stays well formed, but is false. */
  | { readonly kind: 'lie'; readonly at: number; readonly value: string }
  | { readonly kind: 'drop-field' | 'double-item'; readonly at: number }
  /** Another number of rows: in the file, in a row group, or of the values in a group's first column. */
  | { readonly kind: 'rows'; readonly of: readonly ('file' | 'group' | 'column')[]; readonly value: string }
  | { readonly kind: 'footer-length'; readonly value: number }
  /** This file's pages with the other file's footer, or this file's first half with the other's second half. */
  | { readonly kind: 'footer-of-other' | 'half-of-other' }
  | { readonly kind: 'replace'; readonly by: keyof typeof OTHERS };

const OTHERS = {
  nothing: Buffer.alloc(0),
  json: Buffer.from('{"id": "a", "happened_at": "2026-11-20T08:00:00Z"}\n'),
  csv: Buffer.from('id,happened_at\na,2026-11-20T08:00:00Z\n'),
  gzip: gzipSync('{"id": "a"}\n'),
  'magic numbers alone': Buffer.from('PAR1PAR1'),
  'an empty footer': framed(Buffer.from('PAR1'), Buffer.alloc(0)),
  'an encrypted footer': Buffer.from('PAR1    \0\0\0\0PARE'),
  zeros: Buffer.alloc(4_096),
};

const at = fc.double({ min: 0, max: 0.9999, noNaN: true });
const region = fc.constantFrom<Region>('start', 'data', 'data', 'data', 'footer', 'footer', 'trailer');
const number = fc.oneof(
  fc.constantFrom('0', '1', '-1', '2', '3', '7', '39', '41', '2147483647', '2147483648', '-2147483648'),
  fc.constantFrom('4294967296', '9223372036854775807', '-9223372036854775808', '1000000000000'),
  fc.bigInt({ min: -10n, max: 5_000n }).map(String),
);

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('truncate'), at }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('flip'), region, at, bits: fc.integer({ min: 1, max: 255 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('overwrite'),
      region,
      at,
      bytes: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 16 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('lie'), at, value: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rows'),
      of: fc.subarray<'file' | 'group' | 'column'>(['file', 'group', 'column'], { minLength: 1 }),
      value: number,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('drop-field', 'double-item'), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('footer-length'),
      value: fc.oneof(fc.nat({ max: 5_000 }), fc.nat()),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('footer-of-other', 'half-of-other') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replace'),
      by: fc.constantFrom(...(Object.keys(OTHERS) as (keyof typeof OTHERS)[])),
    }),
  },
);

export function damaged(file: Buffer, change: Damage, other: Buffer): Buffer {
  switch (change.kind) {
    case 'truncate':
      return file.subarray(0, Math.floor(change.at * file.length));
    case 'replace':
      return OTHERS[change.by];
    case 'half-of-other':
      return Buffer.concat([
        file.subarray(0, Math.floor(file.length / 2)),
        other.subarray(Math.floor(other.length / 2)),
      ]);
    case 'footer-of-other': {
      const [mine, its] = [partsOf(file), partsOf(other)];
      return mine && its
        ? framed(file.subarray(0, mine.footer), other.subarray(its.footer, its.trailer))
        : file;
    }
    case 'footer-length': {
      const changed = Buffer.from(file);
      if (changed.length >= TRAILER_BYTES)
        changed.writeUInt32LE(change.value, changed.length - TRAILER_BYTES);
      return changed;
    }
    case 'flip':
    case 'overwrite': {
      const changed = Buffer.from(file);
      const [start, end] = bounds(file, change.region);
      const place = start + Math.floor(change.at * (end - start));
      const bytes = change.kind === 'flip' ? [(changed[place] ?? 0) ^ change.bits] : change.bytes;
      bytes.forEach((byte, index) => {
        if (place + index < changed.length) changed[place + index] = byte;
      });
      return changed;
    }
    case 'rows':
      return withFooter(file, (root) => changeRows(root, change.of, BigInt(change.value)));
    default:
      return withFooter(file, (root) => changeTree(root, change));
  }
}

function partsOf(file: Buffer): { footer: number; trailer: number } | undefined {
  const trailer = file.length - TRAILER_BYTES;
  if (trailer < 4) return undefined;
  const footer = trailer - file.readUInt32LE(trailer);
  return footer < 4 ? undefined : { footer, trailer };
}

function bounds(file: Buffer, region: Region): [number, number] {
  const { footer, trailer } = partsOf(file) ?? {
    footer: 4,
    trailer: Math.max(4, file.length - TRAILER_BYTES),
  };
  return { start: [0, 4], data: [4, footer], footer: [footer, trailer], trailer: [trailer, file.length] }[
    region
  ] as [number, number];
}

type Struct = Extract<ThriftValue, { type: 'struct' }>;

/** A file with earlier damage may have an unreadable footer, and then stays unchanged. */
function withFooter(file: Buffer, change: (root: Struct) => void): Buffer {
  const parts = partsOf(file);
  if (!parts) return file;
  try {
    const root = new ThriftReader(file.subarray(parts.footer, parts.trailer)).struct();
    change(root);
    return framed(file.subarray(0, parts.footer), Buffer.from(writeStruct(root)));
  } catch {
    return file;
  }
}

function changeTree(root: Struct, change: Damage & { readonly at: number }): void {
  const nodes = nodesOf(root);
  const pick = <Node>(candidates: readonly Node[]) => candidates[Math.floor(change.at * candidates.length)];
  if (change.kind === 'drop-field') {
    const found = pick(
      nodes.flatMap((node) =>
        node.type === 'struct' ? [...node.value.keys()].map((key) => ({ node, key })) : [],
      ),
    );
    found?.node.value.delete(found.key);
    return;
  }
  if (change.kind === 'double-item') {
    const list = pick(nodes.filter((node) => node.type === 'list'));
    const [first] = list?.value ?? [];
    if (first) list?.value.push(first);
    return;
  }
  if (change.kind !== 'lie') return;
  const leaf = pick(nodes.filter((node) => ['integer', 'boolean', 'byte', 'binary'].includes(node.type)));
  if (leaf?.type === 'integer') leaf.value = BigInt.asIntN(leaf.code === 6 ? 64 : 32, BigInt(change.value));
  else if (leaf?.type === 'boolean') leaf.value = !leaf.value;
  else if (leaf?.type === 'byte') leaf.value = Number(BigInt.asUintN(8, BigInt(change.value)));
  else if (leaf?.type === 'binary') leaf.value = Buffer.from(change.value);
}

/** Every value of a tree, in order, including those of statistics. */
function nodesOf(node: ThriftValue): ThriftValue[] {
  if (node.type === 'struct') return [node, ...[...node.value.values()].flatMap(nodesOf)];
  return node.type === 'list' ? [node, ...node.value.flatMap(nodesOf)] : [node];
}

/** Field 3 of the footer and of a row group; field 5 of a column's metadata, which is field 3 of its chunk. */
function changeRows(root: Struct, of: readonly string[], value: bigint): void {
  const set = (node: ThriftValue | undefined, field: number) => {
    const found = node?.type === 'struct' ? node.value.get(field) : undefined;
    if (found?.type === 'integer') found.value = value;
  };
  const child = (node: ThriftValue | undefined, field: number): ThriftValue | undefined => {
    const found = node?.type === 'struct' ? node.value.get(field) : undefined;
    return found?.type === 'list' ? found.value[0] : found;
  };
  const group = child(root, 4);
  if (of.includes('file')) set(root, 3);
  if (of.includes('group')) set(group, 3);
  if (of.includes('column')) set(child(child(group, 1), 3), 5);
}
