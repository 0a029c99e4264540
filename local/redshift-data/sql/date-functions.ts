import { counted, type Call, type Translation } from './call';
import { syntaxError, unsupported } from './errors';
import { quoteLiteral } from './identifiers';
import { NodeReader, isWord, splitAtCommas, textOf, type Node } from './nodes';

/** Date parts with their short forms: https://docs.aws.amazon.com/redshift/latest/dg/r_Dateparts_for_datetime_functions.html */
const DATE_PARTS: Readonly<Record<string, readonly string[]>> = {
  year: ['year', 'years', 'y', 'yr', 'yrs'],
  quarter: ['quarter', 'quarters', 'qtr', 'qtrs'],
  month: ['month', 'months', 'mon', 'mons'],
  week: ['week', 'weeks', 'w'],
  day: ['day', 'days', 'd'],
  hour: ['hour', 'hours', 'h', 'hr', 'hrs'],
  minute: ['minute', 'minutes', 'm', 'min', 'mins'],
  second: ['second', 'seconds', 's', 'sec', 'secs'],
  dow: ['dow', 'dayofweek', 'dw', 'weekday'],
  doy: ['doy', 'dayofyear', 'dy', 'yearday'],
  epoch: ['epoch'],
};

const INTERVALS: Readonly<Record<string, string>> = {
  year: 'to_years',
  month: 'to_months',
  week: 'to_weeks',
  day: 'to_days',
  hour: 'to_hours',
  minute: 'to_minutes',
  second: 'to_seconds',
};

function datePart(nodes: readonly Node[]): string {
  const [node, ...rest] = nodes;
  if (node === undefined || rest.length > 0 || node.kind === 'group' || node.kind === 'parameter') {
    throw syntaxError(textOf(node));
  }
  const written = node.value.toLowerCase();
  const part = Object.keys(DATE_PARTS).find((name) => DATE_PARTS[name]!.includes(written));
  if (part === undefined) throw unsupported(`the date part ${written}`);
  return part;
}

/** Splits `part, a, b`: the part is a word, the others are expressions. */
function withDatePart(call: Call, count: number): [string, ...string[]] {
  const [part, ...rest] = splitAtCommas(call.nodes);
  if (part === undefined || rest.length !== count) throw syntaxError(')');
  return [datePart(part), ...rest.map((nodes) => call.expression(nodes))];
}

/** EXTRACT gives an INTEGER: https://docs.aws.amazon.com/redshift/latest/dg/r_EXTRACT_function.html */
const extract: Translation = (call) => {
  const reader = new NodeReader(call.nodes);
  const part = datePart(reader.takeUntil((node) => isWord(node, 'from')));
  reader.expect('from');
  const source = call.expression(reader.rest());
  const type = part === 'epoch' ? 'BIGINT' : 'INTEGER';
  return `CAST(floor(date_part('${part}', ${source})) AS ${type})`;
};

/** DATE_PART gives DOUBLE PRECISION: https://docs.aws.amazon.com/redshift/latest/dg/r_DATE_PART_function.html */
const datePartFunction: Translation = (call) => {
  const [part, source] = withDatePart(call, 1);
  return `CAST(floor(date_part('${part}', ${source})) AS DOUBLE)`;
};

const dateTrunc: Translation = (call) => {
  const [part, source] = withDatePart(call, 1);
  if (INTERVALS[part] === undefined && part !== 'quarter') throw unsupported(`DATE_TRUNC by ${part}`);
  return `CAST(date_trunc('${part}', ${source}) AS TIMESTAMP)`;
};

/** DATEADD gives a TIMESTAMP, also for a DATE: https://docs.aws.amazon.com/redshift/latest/dg/r_DATEADD_function.html */
const dateAdd: Translation = (call) => {
  const [part, amount, source] = withDatePart(call, 2);
  const interval = part === 'quarter' ? 'to_months' : INTERVALS[part];
  if (interval === undefined) throw unsupported(`DATEADD by ${part}`);
  const count = part === 'quarter' ? `3 * CAST(${amount} AS INTEGER)` : `CAST(${amount} AS INTEGER)`;
  return `(CAST(${source} AS TIMESTAMP) + ${interval}(${count}))`;
};

/** Counts the boundaries between two times. The engines start weeks on different days. */
const dateDiff: Translation = (call) => {
  const [part, from, to] = withDatePart(call, 2);
  if (INTERVALS[part] === undefined && part !== 'quarter') throw unsupported(`DATEDIFF by ${part}`);
  if (part === 'week') throw unsupported('DATEDIFF by week');
  return `date_diff('${part}', CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP))`;
};

const FORMATS: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['US', '%f'],
  ['MS', '%g'],
];

/** Translates a datetime format. Elements without an equivalent are refused. */
function format(call: Call, nodes: readonly Node[] | undefined): string {
  const [node, ...rest] = nodes ?? [];
  if (node?.kind !== 'string' || rest.length > 0)
    throw unsupported(`${call.name.toUpperCase()} with a computed format`);
  let pattern = '';
  for (let left = node.value; left !== '';) {
    const element = FORMATS.find(([name]) => left.toUpperCase().startsWith(name));
    if (element === undefined && /^[A-Za-z%]/.test(left)) {
      throw unsupported(`the format ${quoteLiteral(node.value)} in ${call.name.toUpperCase()}`);
    }
    pattern += element?.[1] ?? left.charAt(0);
    left = left.slice(element?.[0].length ?? 1);
  }
  return quoteLiteral(pattern);
}

const toChar: Translation = (call) => {
  const [source, pattern] = splitAtCommas(call.nodes);
  counted(call, 2);
  return `strftime(CAST(${call.expression(source!)} AS TIMESTAMP), ${format(call, pattern)})`;
};

const toDate: Translation = (call) => {
  const [source] = counted(call, 2);
  return `CAST(strptime(${source}, ${format(call, splitAtCommas(call.nodes)[1])}) AS DATE)`;
};

/** TO_TIMESTAMP gives a TIMESTAMPTZ: https://docs.aws.amazon.com/redshift/latest/dg/r_TO_TIMESTAMP.html */
const toTimestamp: Translation = (call) => {
  const [source] = counted(call, 2);
  return `CAST(strptime(${source}, ${format(call, splitAtCommas(call.nodes)[1])}) AS TIMESTAMPTZ)`;
};

const addMonths: Translation = () => {
  throw unsupported('ADD_MONTHS (write DATEADD)');
};

/** TRUNC of a timestamp is a date, TRUNC of a number a number. The translator does not know the type. */
const trunc: Translation = () => {
  throw unsupported('TRUNC (write a cast to DATE, or FLOOR)');
};

export const dateFunctions: Readonly<Record<string, Translation>> = {
  extract,
  date_part: datePartFunction,
  pgdate_part: datePartFunction,
  date_trunc: dateTrunc,
  dateadd: dateAdd,
  date_add: dateAdd,
  datediff: dateDiff,
  date_diff: dateDiff,
  to_char: toChar,
  to_date: toDate,
  to_timestamp: toTimestamp,
  add_months: addMonths,
  trunc,
};
