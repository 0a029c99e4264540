import { SqlError, unsupported } from '../sql/errors';
import { readRelationName } from '../sql/identifiers';
import { NodeReader, isWord, splitAtCommas, textOf, type Node } from '../sql/nodes';
import type { Relation, Scope } from '../sql/scope';
import { parseS3Url, type CopyCommand, type S3Location } from './command';

/**
 * Options of COPY that exist for other formats only:
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
 */
const NOT_WITH_PARQUET = new Set([
  'acceptanydate',
  'blanksasnull',
  'bzip2',
  'compupdate',
  'comprows',
  'dateformat',
  'delimiter',
  'emptyasnull',
  'encoding',
  'encrypted',
  'escape',
  'explicit',
  'fixedwidth',
  'gzip',
  'ignoreallerrors',
  'ignoreblanklines',
  'ignoreheader',
  'lzop',
  'maxerror',
  'noload',
  'null',
  'readratio',
  'region',
  'removequotes',
  'roundec',
  'ssh',
  'timeformat',
  'trimblanks',
  'truncatecolumns',
  'zstd',
]);

const FORMATS = new Set(['csv', 'json', 'avro', 'orc', 'shapefile']);

interface Options {
  role?: string;
  parquet: boolean;
  manifest: boolean;
  fillRecord: boolean;
  serializeToJson: boolean;
  otherFormat?: string;
  notWithParquet: string[];
}

/** `COPY table [(columns)] FROM 's3://…' options`: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html */
export function readCopy(
  reader: NodeReader,
  scope: Scope,
): { readonly verb: 'copy'; readonly target: Relation; readonly copy: CopyCommand } {
  const target = scope.refer(scope.resolveTable(readRelationName(reader)));
  const nodes = reader.acceptGroup();
  const columns = nodes === undefined ? undefined : readColumns(nodes);
  reader.expect('from');
  const from = readSource(reader.expectString());
  const options = readOptions(reader);
  refuseOptions(options);
  const { role, manifest, fillRecord, serializeToJson } = options;
  if (role === undefined) throw new SqlError('ERROR: Must specify credentials or IAM_ROLE for COPY from S3');
  return { verb: 'copy', target, copy: { columns, from, role, manifest, fillRecord, serializeToJson } };
}

function readColumns(nodes: readonly Node[]): readonly string[] {
  const names = splitAtCommas(nodes).map((part) => {
    const reader = new NodeReader(part);
    const name = reader.expectIdentifier();
    reader.expectEnd();
    return name;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SqlError(`ERROR: column "${twice}" specified more than once`);
  return names;
}

function readSource(url: string): S3Location {
  const location = parseS3Url(url);
  if (location === undefined) throw unsupported(`COPY FROM '${url}' (only s3://bucket/key)`);
  return location;
}

function readOptions(reader: NodeReader): Options {
  const options: Options = {
    parquet: false,
    manifest: false,
    fillRecord: false,
    serializeToJson: false,
    notWithParquet: [],
  };
  while (!reader.done) readOption(reader, options);
  return options;
}

function readOption(reader: NodeReader, options: Options): void {
  if (reader.accept('iam_role')) options.role = readRole(reader);
  else if (reader.accept('manifest')) options.manifest = true;
  else if (reader.accept('fillrecord')) options.fillRecord = true;
  else if (reader.accept('serializetojson')) options.serializeToJson = true;
  else if (reader.accept('acceptinvchars')) readInvalidCharacters(reader);
  else if (reader.accept('statupdate')) readSwitch(reader);
  else if (reader.accept('explicit_ids')) throw unsupported('EXPLICIT_IDS (there are no IDENTITY columns)');
  else if (isWord(reader.peek(), 'credentials', 'access_key_id', 'secret_access_key', 'session_token')) {
    throw unsupported(`COPY with ${textOf(reader.peek()).toUpperCase()} (use IAM_ROLE)`);
  } else readFormatOrOther(reader, options);
}

function readFormatOrOther(reader: NodeReader, options: Options): void {
  if (reader.accept('format')) reader.accept('as');
  if (reader.accept('parquet')) {
    options.parquet = true;
    return;
  }
  const word = reader.peek();
  if (word?.kind === 'word' && FORMATS.has(word.value)) {
    options.otherFormat = word.value.toUpperCase();
    reader.next();
  } else if (word?.kind === 'word' && NOT_WITH_PARQUET.has(word.value)) {
    options.notWithParquet.push(word.value.toUpperCase());
    reader.next();
  } else throw reader.unexpected();
  skipValue(reader);
}

/** Skips the value of an option that is refused later. */
function skipValue(reader: NodeReader): void {
  reader.accept('as');
  const value = reader.peek();
  if (
    value?.kind === 'string' ||
    value?.kind === 'number' ||
    isWord(value, 'on', 'off', 'auto', 'true', 'false')
  ) {
    reader.next();
  }
}

function readRole(reader: NodeReader): string {
  return reader.accept('default') ? 'default' : reader.expectString();
}

function readInvalidCharacters(reader: NodeReader): void {
  // The engine reads only valid UTF-8, so there is nothing to replace.
  reader.accept('as');
  if (reader.peek()?.kind === 'string') reader.next();
}

function readSwitch(reader: NodeReader): void {
  if (!reader.accept('on') && !reader.accept('off') && !reader.accept('true')) reader.accept('false');
}

function refuseOptions(options: Options): void {
  if (options.otherFormat !== undefined) throw unsupported(`COPY FORMAT ${options.otherFormat}`);
  if (!options.parquet) throw unsupported('COPY of text files (write FORMAT AS PARQUET)');
  const [refused] = options.notWithParquet;
  if (refused !== undefined) {
    throw new SqlError(`ERROR: ${refused} argument is not supported for PARQUET based COPY`);
  }
}
