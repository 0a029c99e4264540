import { SqlError, unsupported } from './errors';
import { NodeReader, isWord } from './nodes';

/**
 * A Redshift data type.
 * https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
 */
export interface ColumnType {
  readonly family: TypeFamily;
  /** The catalogue's spelling: `character varying(64)`, `numeric(10,2)`. */
  readonly name: string;
  /** The engine's type. */
  readonly engine: string;
  /** Length of `varchar` and `bpchar` in bytes. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** The Data API's values of `typeName`. */
export type TypeFamily =
  | 'int2'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'bool'
  | 'bpchar'
  | 'varchar'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'super';

const FIXED: Readonly<Record<string, ColumnType>> = {
  int2: { family: 'int2', name: 'smallint', engine: 'SMALLINT' },
  int4: { family: 'int4', name: 'integer', engine: 'INTEGER' },
  int8: { family: 'int8', name: 'bigint', engine: 'BIGINT' },
  float4: { family: 'float4', name: 'real', engine: 'REAL' },
  float8: { family: 'float8', name: 'double precision', engine: 'DOUBLE' },
  bool: { family: 'bool', name: 'boolean', engine: 'BOOLEAN' },
  date: { family: 'date', name: 'date', engine: 'DATE' },
  timestamp: { family: 'timestamp', name: 'timestamp without time zone', engine: 'TIMESTAMP' },
  timestamptz: { family: 'timestamptz', name: 'timestamp with time zone', engine: 'TIMESTAMPTZ' },
  super: { family: 'super', name: 'super', engine: 'JSON' },
};

const SYNONYMS: Readonly<Record<string, keyof typeof FIXED>> = {
  smallint: 'int2',
  int2: 'int2',
  integer: 'int4',
  int: 'int4',
  int4: 'int4',
  bigint: 'int8',
  int8: 'int8',
  real: 'float4',
  float4: 'float4',
  float: 'float8',
  float8: 'float8',
  boolean: 'bool',
  bool: 'bool',
  date: 'date',
  timestamptz: 'timestamptz',
  super: 'super',
};

export const MAXIMUM_VARCHAR = 65535;
const MAXIMUM_CHAR = 4096;

export function varchar(length: number): ColumnType {
  return { family: 'varchar', name: `character varying(${length})`, engine: 'VARCHAR', length };
}

function char(length: number): ColumnType {
  return { family: 'bpchar', name: `character(${length})`, engine: 'VARCHAR', length };
}

export function numeric(precision: number, scale: number): ColumnType {
  const arguments_ = `(${precision},${scale})`;
  return {
    family: 'numeric',
    name: `numeric${arguments_}`,
    engine: `DECIMAL${arguments_}`,
    precision,
    scale,
  };
}

/** Reads a type with its arguments. @throws SqlError for a type that Redshift or the twin lacks */
export function readType(reader: NodeReader): ColumnType {
  const node = reader.next();
  if (node.kind !== 'word') throw reader.unexpected();
  const word = node.value;
  if (word === 'double') {
    reader.expect('precision');
    return FIXED.float8!;
  }
  if (word === 'timestamp') return readTimestamp(reader);
  if (word === 'character' || word === 'char' || word === 'nchar' || word === 'bpchar') {
    if (word === 'character' && reader.accept('varying')) return readVarchar(reader);
    return readChar(word, reader);
  }
  if (word === 'varchar' || word === 'nvarchar') return readVarchar(reader);
  if (word === 'text') return varchar(256);
  if (word === 'numeric' || word === 'decimal') return readNumeric(reader);
  const synonym = Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined;
  if (synonym === undefined) throw unsupported(`the data type ${word}`);
  if (reader.peek()?.kind === 'group') throw unsupported(`the data type ${word}(…)`);
  return FIXED[synonym]!;
}

function readTimestamp(reader: NodeReader): ColumnType {
  if (reader.peek()?.kind === 'group') throw unsupported('the data type timestamp(…)');
  if (reader.accept('with', 'time', 'zone')) return FIXED.timestamptz!;
  reader.accept('without', 'time', 'zone');
  return FIXED.timestamp!;
}

function readChar(word: string, reader: NodeReader): ColumnType {
  const [length = word === 'bpchar' ? 256 : 1] = readArguments(reader, 1);
  if (length > MAXIMUM_CHAR) {
    throw new SqlError(`ERROR: length for type character cannot exceed ${MAXIMUM_CHAR}`);
  }
  return char(length);
}

/** `VARCHAR` alone is `VARCHAR(256)`, `MAX` is 65535 bytes. */
function readVarchar(reader: NodeReader): ColumnType {
  const next = reader.peek();
  if (next?.kind === 'group' && next.nodes.length === 1 && isWord(next.nodes[0], 'max')) {
    reader.next();
    return varchar(MAXIMUM_VARCHAR);
  }
  const [length = 256] = readArguments(reader, 1);
  if (length > MAXIMUM_VARCHAR) {
    throw new SqlError(`ERROR: length for type varchar cannot exceed ${MAXIMUM_VARCHAR}`);
  }
  return varchar(length);
}

/** `NUMERIC` alone is `NUMERIC(18,0)`. */
function readNumeric(reader: NodeReader): ColumnType {
  const [precision = 18, scale = 0] = readArguments(reader, 2);
  if (precision < 1 || precision > 38) {
    throw new SqlError(`ERROR: DECIMAL precision ${precision} must be between 1 and 38`);
  }
  if (scale > Math.min(precision, 37)) {
    throw new SqlError(`ERROR: DECIMAL scale ${scale} must be between 0 and precision ${precision}`);
  }
  return numeric(precision, scale);
}

function readArguments(reader: NodeReader, atMost: number): number[] {
  const nodes = reader.acceptGroup();
  if (nodes === undefined) return [];
  const inner = new NodeReader(nodes);
  const values: number[] = [];
  do {
    const node = inner.next();
    if (node.kind !== 'number' || !/^\d+$/.test(node.value)) throw inner.unexpected();
    values.push(Number(node.value));
  } while (inner.acceptSymbol(','));
  inner.expectEnd();
  if (values.length > atMost || values[0] === 0) throw new SqlError('ERROR: invalid type modifier');
  return values;
}

/** The type for the catalogue's spelling, which the twin keeps with the column. */
export function parseTypeName(name: string): ColumnType {
  const pattern = /^(character varying|character|numeric)\((\d+)(?:,(\d+))?\)$/.exec(name);
  if (pattern !== null) {
    const [, base, first, second] = pattern;
    if (base === 'character varying') return varchar(Number(first));
    return base === 'character' ? char(Number(first)) : numeric(Number(first), Number(second));
  }
  const type = Object.values(FIXED).find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`unknown type in the catalogue: ${name}`);
  return type;
}

/** The Redshift type for a type that the engine inferred, as in CREATE TABLE AS. */
export function typeOfEngine(engine: string): ColumnType {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(engine);
  if (decimal !== null) return numeric(Number(decimal[1]), Number(decimal[2]));
  if (engine === 'VARCHAR') return varchar(MAXIMUM_VARCHAR);
  // SUM of integers: the engine widens to 128 bits, Redshift to BIGINT.
  if (engine === 'HUGEINT' || engine === 'UBIGINT') return FIXED.int8!;
  if (engine === 'FLOAT') return FIXED.float4!;
  // An untyped NULL.
  if (engine === '"NULL"' || engine === 'SQLNULL' || engine === 'NULL') return varchar(MAXIMUM_VARCHAR);
  if (engine === 'TIMESTAMP WITH TIME ZONE') return FIXED.timestamptz!;
  const type = Object.values(FIXED).find((candidate) => candidate.engine === engine);
  if (type === undefined) throw unsupported(`a value of the engine's type ${engine}`);
  return type;
}
