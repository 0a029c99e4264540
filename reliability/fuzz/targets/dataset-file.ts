import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDataset, type Dataset } from '../../../core/dataset';
import { LoadError } from '../../../core/errors';
import { ALONE, HISTORY_TABLE, parameterOf } from '../../../core/history';
import { loadedPieces } from '../../../core/merge';
import { batchOf, quoteName, quoteText, renderSql, type Pieces } from '../../../core/sql';
import { SLUICE_SCHEMA } from '../../../core/warehouse';
import { checkStatementSizes, longestPieces } from '../../../resources/statement-sizes';
import { readSql } from '../../../service/statements';
import { ROOT } from '../../../testkit/root';
import type { Surroundings } from '../surroundings';
import { ACCEPTED, refusal, Wrong, type Target } from '../target';
import { hostileText } from '../words';

const BASES = ['trips.yml', 'reference.yml'] as const;
const TEXTS = BASES.map((base) => readFileSync(join(ROOT, 'datasets', base), 'utf8'));
const FILE = 'datasets/fuzzed.yml';

/** One change of a text. `at` is a share (0 to 1) of its length or of its lines. */
type Change =
  | { readonly kind: 'remove-line' | 'double-line'; readonly at: number }
  | { readonly kind: 'replace-value' | 'replace-key' | 'insert'; readonly at: number; readonly text: string }
  /** Replaces every occurrence of a name that the file uses. */
  | { readonly kind: 'rename'; readonly at: number; readonly text: string }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'crlf' | 'bom' | 'cr' };

interface DatasetFileCase {
  /** The file to change: trips.yml or reference.yml. */
  readonly base: number;
  readonly changes: readonly Change[];
}

/** Values and fragments of YAML that look like something else, or that expand to too much. */
const YAML_WORDS = [
  '~',
  'null',
  'yes',
  '0',
  '-1',
  '1e400',
  '.nan',
  '.inf',
  '0x10',
  '0o17',
  '9007199254740993',
  '99999999999999999999999999',
  '1_000',
  '2026-11-20',
  '[]',
  '{}',
  '[[[[[[]]]]]]',
  '{a: {b: {c: d}}}',
  '&a x',
  '*a',
  '&a [*a]',
  '!!binary aGVsbG8=',
  '!!set {a, b}',
  '!!js/function "x"',
  '!custom x',
  '<<: *a',
  '? a',
  '|',
  '>-',
  '"\\x00"',
  '"\\ud800"',
  '"\\u202e"',
  "'it''s'",
  '"a\\"b"',
  '%YAML 1.1',
  '---',
  '...',
  '# comment',
  '\t',
  '\u0000',
  '\u0007',
  '\u0085',
  '\u2028',
  'select',
  'year',
  'source_partition',
  'varchar(65535)',
  'varchar(max)',
  'decimal(38,37)',
  'char(4096)',
  'timestamp',
  'date',
  'boolean',
  'merge',
  'transform',
  'true',
  '__proto__',
  'constructor',
  '{yyyy}/{MM}/{dd}/{HH}/',
  "'{yyyy}/{MM}/{dd}/{HH}/$&$1.*('",
  `[${'['.repeat(3_000)}${']'.repeat(3_000)}]`,
  `"${'x'.repeat(128)}"`,
  `"${'é'.repeat(64)}"`,
  `"${'x'.repeat(100_000)}"`,
  '[a, a]',
  '[trip_id, trip_id]',
  '[year, month]',
] as const;

/** Names that occur in both files. */
const NAMES = [
  'trip_id',
  'vendor_id',
  'pickup_datetime',
  'updated_at',
  'trips',
  'session_id',
  'view_number',
  'viewed_at',
  'country',
  'page_views',
  'analytics',
  'source_partition',
] as const;

const at = fc.double({ min: 0, max: 0.999, noNaN: true });
const fragment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...YAML_WORDS) },
  { weight: 1, arbitrary: hostileText(60) },
  // A JSON string is valid YAML, so hostile text can become a name.
  { weight: 2, arbitrary: hostileText(60).map((text) => JSON.stringify(text)) },
);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove-line', 'double-line'), at }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace-value'), at, text: fragment }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace-key'), at, text: fragment }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert'), at, text: fragment }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('rename'), at, text: hostileText(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crlf', 'bom', 'cr') }) },
);

export const datasetFile: Target<DatasetFileCase> = {
  seconds: 60,
  cases: fc.record({
    base: fc.nat({ max: BASES.length - 1 }),
    changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  }),
  async judge({ base, changes }, surroundings) {
    const text = changes.reduce(changed, TEXTS[base] ?? '');
    let dataset: Dataset;
    try {
      dataset = parseDataset(text, FILE);
      checkStatementSizes(ROOT, dataset);
    } catch (error) {
      return { ...refusal(error, ['DatasetInvalid']), ...placed(error, text) };
    }
    // The twin, unlike Redshift, refuses table names that its engine would read as a file name.
    const { schema, table } = dataset.target;
    if (!/[./\\*?:[\]]/.test(schema + table)) await runEverything(dataset, surroundings);
    return ACCEPTED;
  },
};

function changed(text: string, change: Change): string {
  if (!('at' in change)) {
    if (change.kind === 'bom') return `\ufeff${text}`;
    return text.replaceAll('\n', change.kind === 'crlf' ? '\r\n' : '\r');
  }
  if (change.kind === 'cut') return text.slice(0, Math.floor(change.at * text.length));
  if (change.kind === 'rename') {
    const name = NAMES[Math.floor(change.at * NAMES.length)] ?? '';
    const quoted = JSON.stringify(change.text.toLowerCase());
    return text.replace(new RegExp(`(?<=[\\s[])${name}(?=[\\s,\\]]|$)`, 'gm'), () => quoted);
  }
  if (change.kind === 'insert') {
    const place = Math.floor(change.at * text.length);
    return text.slice(0, place) + change.text + text.slice(place);
  }
  const lines = text.split('\n');
  // Comments are never changed: they are most of reference.yml.
  const meant = lines.flatMap((line, index) => (/^\s*(#|$)/.test(line) ? [] : [index]));
  const index = meant[Math.floor(change.at * meant.length)] ?? 0;
  const line = lines[index] ?? '';
  switch (change.kind) {
    case 'remove-line':
      lines.splice(index, 1);
      break;
    case 'double-line':
      lines.splice(index, 0, line);
      break;
    case 'replace-value':
      lines[index] = replaced(line, /(:\s+)([^,{}]+)(?=,|\s*\}|$)/g, change);
      break;
    case 'replace-key':
      lines[index] = replaced(line, /([\s{,]|^)([A-Za-z_]+)(?=:)/g, change);
      break;
  }
  return lines.join('\n');
}

/** Replaces the second group of one of a pattern's matches. The place within its line selects the match. */
function replaced(line: string, pattern: RegExp, { at: place, text }: { at: number; text: string }): string {
  const matches = [...line.matchAll(pattern)];
  const match = matches[Math.floor(((place * 997) % 1) * matches.length)];
  if (!match) return line;
  const start = match.index + (match[1]?.length ?? 0);
  return line.slice(0, start) + text + line.slice(start + (match[2]?.length ?? 0));
}

/** Each line of the reason must name a place that exists in the file. */
function placed(error: unknown, text: string): object {
  const { reason } = error as LoadError;
  if (/^Dataset \S+ has \d+ columns, so statement/.test(reason)) return {};
  const lines = text.split('\n');
  for (const problem of reason.split('\n')) {
    const [, line, column] = /^datasets\/fuzzed\.yml:(\d+):(\d+): ./.exec(problem) ?? [];
    if (line === undefined) throw new Wrong(`the refusal names no place: ${reason}`);
    const found = lines[Number(line) - 1];
    if (found === undefined || Number(column) < 1 || Number(column) > found.length + 1)
      throw new Wrong(`there is no place ${line}:${column} in the file: ${reason}`);
  }
  return {};
}

const PARTITION = '2026-11-20T08';
const EXECUTION = 'fuzz';
const PARAMETERS: Readonly<Record<string, string | number>> = {
  partition: PARTITION,
  partition_time: '2026-11-20 08:00:00',
  query: 1,
  first_event: '2026-11-20 08:00:00',
  last_event: '2026-11-20 09:00:00',
  first_partition: PARTITION,
  last_partition: PARTITION,
  last_merge: 0,
  from_hour: PARTITION,
  to_hour: PARTITION,
  execution: EXECUTION,
  reason: 'requested',
  files: 0,
  bytes: 0,
  rows_in_files: 0,
  staged: 0,
  keys: 0,
  fingerprint: 'f',
  plan_key: 'p',
  started: '2026-11-20 09:30:00',
  error: 'e',
  cause: 'c',
  fix: 'f',
  rerun: '{}',
  inspected: '2026-11-20 09:30:00.123',
  merge_number: 0,
  built_on: 0,
  failures: 0,
  oldest_hour: PARTITION,
  newest_hour: PARTITION,
  told_merge: 0,
  other_hours: 0,
  quarantined: 0,
  vanished: 0,
  overwritten: 0,
  error_objects: 0,
  error_records: 0,
  warehouse_seconds: 0,
  history_table: HISTORY_TABLE,
};

/**
 * Runs every statement of sql/ on the warehouse, in the order of a load over an empty staging table, then drops
 * everything.
 */
async function runEverything(dataset: Dataset, surroundings: Surroundings): Promise<void> {
  const pieces: Pieces = {
    ...longestPieces(dataset),
    ...loadedPieces([ALONE]),
    manifest: quoteText('s3://lake/manifest'),
    role: quoteText('arn:aws:iam::000000000000:role/sluice-local-copy'),
  };
  const parameters = {
    ...PARAMETERS,
    // A row of the history has parameters of its own.
    ...Object.fromEntries(
      Object.entries(PARAMETERS).map(([name, value]) => [parameterOf(name, ALONE), value]),
    ),
    dataset: dataset.name,
    sluice_schema: SLUICE_SCHEMA,
    target_schema: dataset.target.schema,
    target_table: dataset.target.table,
    mutex_table: `mutex_${dataset.name}`,
  };
  const steps = readdirSync(join(ROOT, 'sql'))
    .map((file) => file.replace(/\.sql$/, ''))
    // Its text does not depend on the dataset.
    .filter((step) => step !== 'migrate');
  const first = [
    'create-warehouse',
    'prepare-warehouse',
    'copy-to-staging',
    'validate-staging',
    'merge-into-target',
  ];
  const { target, mutex, staging } = pieces as Record<string, string>;
  // Each case has its own warehouse, without leftovers of another case.
  await surroundings.dropTables(target, mutex, staging);
  try {
    for (const step of [...first, ...steps.filter((each) => !first.includes(each))]) {
      const sqls = readSql(ROOT, step)
        .filter((template) => template.when === undefined || template.when === dataset.load.strategy)
        // It runs instead of pick-winners.
        .filter((template) => template.name !== 'take-winners')
        // There is no file to copy here; the COPY below shows that it parses.
        .filter((template) => template.name !== 'copy-files')
        // The history lacks no column.
        .filter((template) => template.name !== 'add-history-column')
        .filter((template) => template.name !== 'check-values' || pieces.failing_counts !== '')
        .map((template) => renderSql(template, pieces));
      await surroundings.runBatch(batchOf(sqls, parameters), step);
    }
    await copyIsUnderstood(pieces, surroundings);
  } catch (error) {
    throw new Wrong(`the dataset passes, and the warehouse refuses its SQL: ${String(error)}`, {
      cause: error,
    });
  } finally {
    await surroundings.dropTables(target, mutex, staging);
    const schema = dataset.target.schema;
    if (schema !== 'public') await surroundings.rows(`DROP SCHEMA IF EXISTS ${quoteName(schema)}`);
  }
}

/** A COPY whose names are right gets as far as its manifest, which does not exist. */
async function copyIsUnderstood(pieces: Pieces, surroundings: Surroundings): Promise<void> {
  const templates = readSql(ROOT, 'copy-to-staging');
  const sqls = templates
    .filter((template) => template.name !== 'drop-staging')
    .map((template) =>
      renderSql(template, {
        ...pieces,
        manifest: quoteText(`s3://${surroundings.twin.connection.bucket}/sluice/none`),
      }),
    );
  const error = await surroundings.runBatch(batchOf(sqls, {}), 'copy-to-staging').then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  if (error?.name !== 'FileVanished' && error?.name !== 'ManifestInvalid')
    throw error ?? new Error('a COPY of nothing');
}
