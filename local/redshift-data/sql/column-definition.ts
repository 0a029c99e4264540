import { unsupported } from './errors';
import { translateExpression } from './expression';
import { isWord, textOf, type Node, type NodeReader } from './nodes';
import type { Scope } from './scope';
import type { ColumnDefinition } from './statement';
import { readType } from './types';

/** Compression encodings: https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html */
const ENCODINGS = new Set([
  'raw',
  'az64',
  'bytedict',
  'delta',
  'delta32k',
  'lzo',
  'mostly8',
  'mostly16',
  'mostly32',
  'runlength',
  'text255',
  'text32k',
  'zstd',
]);

const ATTRIBUTES = ['not', 'null', 'default', 'encode', 'distkey', 'sortkey', 'primary', 'unique'];
const REFUSED = ['identity', 'generated', 'collate', 'references', 'check', 'constraint'];

/** Reads `name type [attributes]`. */
export function columnDefinition(
  reader: NodeReader,
  scope: Scope,
): { readonly column: ColumnDefinition; readonly distkey: boolean; readonly sortkey: boolean } {
  const name = reader.expectIdentifier();
  const type = readType(reader);
  let required = false;
  let defaultValue: string | undefined;
  let encoding: string | undefined;
  let distkey = false;
  let sortkey = false;
  while (!reader.done) {
    if (isWord(reader.peek(), ...REFUSED)) {
      throw unsupported(`${textOf(reader.peek()).toUpperCase()} of a column`);
    }
    if (reader.accept('not', 'null')) required = true;
    else if (reader.accept('default')) defaultValue = readDefault(reader, scope);
    else if (reader.accept('encode')) encoding = readEncoding(reader);
    else if (reader.accept('distkey')) distkey = true;
    else if (reader.accept('sortkey')) sortkey = true;
    else if (reader.accept('primary', 'key')) required = true;
    else if (!reader.accept('null') && !reader.accept('unique')) throw reader.unexpected();
  }
  return { column: { name, type, required, defaultValue, encoding }, distkey, sortkey };
}

/** One expression, up to the next attribute. `DEFAULT NULL` is an expression, too. */
function readDefault(reader: NodeReader, scope: Scope): string {
  const first = reader.next();
  const rest = reader.takeUntil((node: Node) => isWord(node, ...ATTRIBUTES, ...REFUSED));
  return translateExpression([first, ...rest], scope.forDefault());
}

function readEncoding(reader: NodeReader): string {
  const encoding = reader.expectIdentifier();
  if (!ENCODINGS.has(encoding)) throw unsupported(`the encoding ${encoding}`);
  return encoding;
}
