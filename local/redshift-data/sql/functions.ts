import { TRY_CASTS } from '../../behaviour/try-casts';
import { argumentsOf, counted, type Call, type Translation } from './call';
import { dateFunctions } from './date-functions';
import { cast, timestamp } from './engine-sql';
import { unsupported } from './errors';
import { quoteLiteral } from './identifiers';
import { NodeReader, isSymbol, isWord, splitAtCommas, type Node } from './nodes';
import { privilegeFunctions } from './privilege-functions';
import { ADDEND, SYSTEM_SCHEMA } from './scope';
import { readType, type TypeFamily } from './types';

/** A function that the engine has under another name, with its number of arguments. */
function renamed(engine: string, atLeast: number, atMost = atLeast): Translation {
  return (call) => `${engine}(${counted(call, atLeast, atMost).join(', ')})`;
}

/** A function that returns INTEGER in Redshift and BIGINT in the engine. */
function integer(engine: string, atLeast: number, atMost = atLeast): Translation {
  return (call) => `CAST(${renamed(engine, atLeast, atMost)(call)} AS INTEGER)`;
}

const aggregate: Translation = (call) => {
  const distinct = isWord(call.nodes[0], 'distinct');
  const nodes = distinct ? call.nodes.slice(1) : call.nodes;
  if (splitAtCommas(nodes).length !== 1) throw unsupported(`${call.name} of several arguments`);
  return `${call.name}(${distinct ? 'DISTINCT ' : ''}${call.expression(nodes)})`;
};

/** SUM of BIGINT is NUMERIC(38,0), SUM of smaller integers BIGINT. Its argument is marked for `warehouse/select.ts`. */
const sum: Translation = (call) => {
  const distinct = isWord(call.nodes[0], 'distinct');
  const nodes = distinct ? call.nodes.slice(1) : call.nodes;
  if (splitAtCommas(nodes).length !== 1) throw unsupported('SUM of several arguments');
  return `sum(${distinct ? 'DISTINCT ' : ''}${ADDEND}(${call.expression(nodes)}))`;
};

/**
 * AVG and MEDIAN return BIGINT, NUMERIC or DOUBLE PRECISION by the type of their argument in Redshift, and always DOUBLE
 * in the engine. Only an explicit floating-point argument gives the same result in both.
 */
const floatingAggregate: Translation = (call) => {
  const sql = aggregate(call);
  if (!/ AS (DOUBLE|REAL)\)\)$/.test(sql)) {
    throw unsupported(`${call.name.toUpperCase()} of anything but a cast to DOUBLE PRECISION`);
  }
  return sql;
};

const count: Translation = (call) =>
  call.nodes.length === 1 && isSymbol(call.nodes[0], '*') ? 'count(*)' : aggregate(call);

const castCall: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const operand = reader.takeUntil((node) => isWord(node, 'as'));
  reader.expect('as');
  const type = readType(reader);
  reader.expectEnd();
  return cast(call.expression(operand), type);
};

/** What `typeof` of the engine says of a family's values, without arguments. */
const ENGINE_TYPES: Readonly<Record<TypeFamily, string>> = {
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  numeric: 'DECIMAL',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  bool: 'BOOLEAN',
  bpchar: 'VARCHAR',
  varchar: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  super: 'JSON',
};

/**
 * TRY_CAST fails for a blank text, and for a pair of types that {@link TRY_CASTS} lacks:
 * https://docs.aws.amazon.com/redshift/latest/dg/r_TRY_CAST.html
 */
const tryCast: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const operand = reader.takeUntil((node) => isWord(node, 'as'));
  reader.expect('as');
  const type = readType(reader);
  reader.expectEnd();
  if (type.length !== undefined) throw unsupported(`TRY_CAST to ${type.name}`);
  const sources = Object.entries(TRY_CASTS)
    .filter(([, targets]) => targets.includes(type.family))
    .map(([source]) => quoteLiteral(ENGINE_TYPES[source as TypeFamily]));
  const value = `${SYSTEM_SCHEMA}.try_castable(${call.expression(operand)}, [${sources.join(', ')}], ${quoteLiteral(type.name)})`;
  return `TRY_CAST(${value} AS ${type.engine})`;
};

/** `CONVERT(type, expression)`. */
const convert: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const type = readType(reader);
  if (!reader.acceptSymbol(',')) throw reader.unexpected();
  return cast(call.expression(reader.rest()), type);
};

/** DECODE matches NULL with NULL: https://docs.aws.amazon.com/redshift/latest/dg/r_DECODE_expression.html */
const decode: Translation = (call) => {
  const [subject, ...rest] = counted(call, 3, 999);
  const branches: string[] = [];
  for (let index = 0; index + 1 < rest.length; index += 2) {
    branches.push(`WHEN (${subject}) IS NOT DISTINCT FROM (${rest[index]}) THEN ${rest[index + 1]}`);
  }
  const otherwise = rest.length % 2 === 1 ? ` ELSE ${rest.at(-1)}` : '';
  return `(CASE ${branches.join(' ')}${otherwise} END)`;
};

const nvl2: Translation = (call) => {
  const [subject, present, absent] = counted(call, 3);
  return `(CASE WHEN (${subject}) IS NOT NULL THEN ${present} ELSE ${absent} END)`;
};

const sha2: Translation = (call) => {
  const [text, bits] = counted(call, 2);
  if (bits !== '256' && bits !== '0') throw unsupported(`SHA2 with ${bits} bits`);
  return `sha256(${text})`;
};

const jsonExtractPathText: Translation = (call) => {
  const [document, ...path] = counted(call, 2, 6);
  const keys = path.map((key) => {
    if (!/^'[^'"]*'$/.test(key))
      throw unsupported('JSON_EXTRACT_PATH_TEXT with a path that is not a literal');
    return `."${key.slice(1, -1)}"`;
  });
  // For a missing path Redshift returns an empty string, not NULL:
  // https://docs.aws.amazon.com/redshift/latest/dg/JSON_EXTRACT_PATH_TEXT.html
  return `(CASE WHEN (${document}) IS NULL THEN NULL ELSE coalesce(json_extract_string(${document}, '$${keys.join('')}'), '') END)`;
};

/** `POSITION(part IN text)`. */
const position: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const part = reader.takeUntil((node) => isWord(node, 'in'));
  reader.expect('in');
  return `CAST(strpos(${call.expression(reader.rest())}, ${call.expression(part)}) AS INTEGER)`;
};

/** `CHARINDEX(part, text)`. */
const charindex: Translation = (call) => {
  const [part, text] = counted(call, 2);
  return `CAST(strpos(${text}, ${part}) AS INTEGER)`;
};

/** `SUBSTRING(text, start [, length])` and `SUBSTRING(text FROM start [FOR length])`. */
const substring: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const text = reader.takeUntil((node) => isWord(node, 'from'));
  if (reader.done) return `substring(${counted(call, 2, 3).join(', ')})`;
  reader.next();
  const start = reader.takeUntil((node) => isWord(node, 'for'));
  const parts = [text, start];
  if (reader.accept('for')) parts.push(reader.rest());
  return `substring(${parts.map((part) => call.expression(part)).join(', ')})`;
};

/** `TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] text)`. */
const trim: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const side = ['leading', 'trailing', 'both'].find((word) => reader.accept(word)) ?? 'both';
  const name = { leading: 'ltrim', trailing: 'rtrim', both: 'trim' }[side]!;
  const first = reader.takeUntil((node) => isWord(node, 'from'));
  if (reader.done) return `${name}(${call.list(first)})`;
  reader.next();
  const text = call.expression(reader.rest());
  return first.length === 0 ? `${name}(${text})` : `${name}(${text}, ${call.expression(first)})`;
};

/** Plain patterns mean the same in both engines. `\1` in a replacement and lookarounds differ. */
const regexpReplace: Translation = (call) => {
  const [text, pattern, replacement = "''"] = counted(call, 2, 3);
  return `regexp_replace(${text}, ${pattern}, ${replacement}, 'g')`;
};

const regexpCount: Translation = (call) => {
  const [text, pattern] = counted(call, 2);
  return `CAST(len(regexp_extract_all(${text}, ${pattern})) AS INTEGER)`;
};

const regexpSubstr: Translation = (call) => {
  const [text, pattern] = counted(call, 2);
  return `regexp_extract(${text}, ${pattern})`;
};

const noArguments =
  (sql: string): Translation =>
  (call) => {
    counted(call, 0);
    return sql;
  };

const getdate: Translation = (call) => {
  counted(call, 0);
  if (call.scope.inDefault) return "CAST(date_trunc('second', now()) AS TIMESTAMP)";
  const seconds = Math.floor(call.scope.environment.statementTime.getTime() / 1000) * 1000;
  return timestamp(new Date(seconds));
};

/** The supported functions. Any other is refused, so that SQL cannot reach the engine's own functions. */
const FUNCTIONS: ReadonlyMap<string, Translation> = new Map<string, Translation>(
  Object.entries({
    ...dateFunctions,
    cast: castCall,
    try_cast: tryCast,
    convert,
    // Aggregates.
    count,
    sum,
    min: aggregate,
    max: aggregate,
    avg: floatingAggregate,
    median: floatingAggregate,
    any_value: aggregate,
    stddev_samp: floatingAggregate,
    bool_and: aggregate,
    bool_or: aggregate,
    // Window functions.
    row_number: noArguments('row_number()'),
    rank: noArguments('rank()'),
    dense_rank: noArguments('dense_rank()'),
    percent_rank: noArguments('percent_rank()'),
    cume_dist: noArguments('cume_dist()'),
    ntile: renamed('ntile', 1),
    lag: renamed('lag', 1, 2),
    lead: renamed('lead', 1, 2),
    first_value: renamed('first_value', 1),
    last_value: renamed('last_value', 1),
    nth_value: renamed('nth_value', 2),
    // Conditions.
    nvl: renamed('coalesce', 1, 999),
    coalesce: renamed('coalesce', 1, 999),
    nullif: renamed('nullif', 2),
    nvl2,
    decode,
    greatest: renamed('greatest', 1, 999),
    least: renamed('least', 1, 999),
    // Strings.
    len: integer('length', 1),
    length: integer('length', 1),
    char_length: integer('length', 1),
    character_length: integer('length', 1),
    octet_length: integer('strlen', 1),
    lower: renamed('lower', 1),
    upper: renamed('upper', 1),
    concat: (call) => `(${counted(call, 2).join(' || ')})`,
    trim,
    btrim: renamed('trim', 1, 2),
    ltrim: renamed('ltrim', 1, 2),
    rtrim: renamed('rtrim', 1, 2),
    left: renamed('left', 2),
    right: renamed('right', 2),
    lpad: renamed('lpad', 3),
    rpad: renamed('rpad', 3),
    repeat: renamed('repeat', 2),
    replicate: renamed('repeat', 2),
    replace: renamed('replace', 3),
    reverse: renamed('reverse', 1),
    substring,
    substr: renamed('substring', 2, 3),
    strpos: integer('strpos', 2),
    charindex,
    position,
    split_part: renamed('split_part', 3),
    translate: renamed('translate', 3),
    chr: renamed('chr', 1),
    ascii: renamed('ascii', 1),
    regexp_replace: regexpReplace,
    regexp_count: regexpCount,
    regexp_substr: regexpSubstr,
    // Hashes.
    md5: renamed('md5', 1),
    func_sha1: renamed('sha1', 1),
    sha: renamed('sha1', 1),
    sha1: renamed('sha1', 1),
    sha2,
    // JSON.
    json_extract_path_text: jsonExtractPathText,
    // Numbers.
    abs: renamed('abs', 1),
    sign: (call) => `CAST(sign(${counted(call, 1).join('')}) AS INTEGER)`,
    ceil: renamed('ceil', 1),
    ceiling: renamed('ceil', 1),
    floor: renamed('floor', 1),
    round: renamed('round', 1, 2),
    mod: (call) => {
      const [dividend, divisor] = counted(call, 2);
      return `((${dividend}) % ${SYSTEM_SCHEMA}.divisor(${divisor}))`;
    },
    power: renamed('power', 2),
    sqrt: renamed('sqrt', 1),
    exp: renamed('exp', 1),
    ln: renamed('ln', 1),
    // Session.
    getdate,
    ...privilegeFunctions,
  }),
);

/** Functions whose refusal names an alternative. */
const ALWAYS_REFUSED = ['add_months', 'trunc'];

/** Names of the supported functions, for the support list. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys(), 'listagg']
  .filter((name) => !ALWAYS_REFUSED.includes(name))
  .sort();

/** Translates a call and what may follow its parentheses: WITHIN GROUP and OVER. */
export function translateCall(call: Call, reader: NodeReader): string {
  const ordered = readWithinGroup(call, reader);
  const sql = ordered ?? FUNCTIONS.get(call.name)?.(call);
  if (sql === undefined) throw unsupported(`the function ${call.name}()`);
  if (isWord(reader.peek(), 'ignore', 'respect', 'filter')) {
    throw unsupported(`${(reader.peek() as { value: string }).value.toUpperCase()} after a function`);
  }
  if (!reader.accept('over')) return sql;
  const window = reader.acceptGroup();
  if (window === undefined) throw unsupported('a named window');
  return `${sql} OVER (${translateWindow(window, call)})`;
}

/** Aggregates that take `WITHIN GROUP (ORDER BY …)`. */
function readWithinGroup(call: Call, reader: NodeReader): string | undefined {
  const within = reader.accept('within', 'group') ? reader.expectGroup() : undefined;
  if (call.name === 'listagg') return listagg(call, within);
  if (within === undefined) return undefined;
  throw unsupported(`${call.name.toUpperCase()} WITHIN GROUP`);
}

function listagg(call: Call, within: readonly Node[] | undefined): string {
  const distinct = isWord(call.nodes[0], 'distinct');
  const [value, separator = "''", ...rest] = argumentsOf(call, distinct ? call.nodes.slice(1) : call.nodes);
  if (value === undefined || rest.length > 0) throw unsupported('LISTAGG with these arguments');
  const order = within === undefined ? '' : ` ${translateWindow(within, call)}`;
  return `string_agg(${distinct ? 'DISTINCT ' : ''}CAST(${value} AS VARCHAR), ${separator}${order})`;
}

/** `[PARTITION BY …] [ORDER BY …] [ROWS …]` */
function translateWindow(nodes: readonly Node[], call: Call): string {
  if (nodes.length === 0) return '';
  const wrapped = call.group(nodes);
  return wrapped.slice(1, -1);
}
