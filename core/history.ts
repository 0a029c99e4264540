import type * as z from 'zod';
import type { OUTCOMES } from './attempts';
import { firstBytes, type Diagnosis } from './diagnosis';
import { startedText, timestampText } from './hour';
import type { PartitionPlan } from './plan';
import { joinSql, keywords, parameter, quoteName, sql, type Pieces, type Sql } from './sql';
import {
  foundCounts,
  mergeCounts,
  stagedCounts,
  type FailedPartition,
  type Inspection,
  type PartitionState,
  type ValidatedPartition,
} from './states';

/**
 * The load history, `sluice.load_history`: one row for each attempt to load a partition. The statements in sql/ and the
 * functions here take its columns from COLUMNS below.
 */
export const HISTORY_TABLE = 'load_history';

/** How an attempt ended. Each outcome fills the row in its own way. */
type Outcome = (typeof OUTCOMES)[number];

/**
 * Where the value of a column comes from: a parameter with the column's name, the parameter and the row's part of the
 * seconds that the transaction has taken so far, an expression, or nowhere (NULL).
 */
type Source = 'bound' | 'bound and transaction' | Sql | null;

interface Column extends Readonly<Record<Outcome, Source>> {
  readonly kind: 'text' | 'count' | 'time' | 'seconds';
  readonly type: Sql;
  readonly required: boolean;
}

const text = (length: number) => ({ kind: 'text', type: sql`VARCHAR(${length})` }) as const;
const COUNT = { kind: 'count', type: keywords('BIGINT') } as const;
const TIME = { kind: 'time', type: keywords('TIMESTAMP') } as const;
const SECONDS = { kind: 'seconds', type: sql`DECIMAL(12, 3)` } as const;
/** SYSDATE is the start of the transaction, GETDATE that of the statement, in whole seconds. */
const OF_TRANSACTION = sql`DATEDIFF(second, SYSDATE, GETDATE())`;
const REQUIRED = { required: true } as const;
const OPTIONAL = { required: false } as const;
const NONE = sql`0`;

/** For columns that every attempt knows. */
const EVERY = { loaded: 'bound', empty: 'bound', failed: 'bound', dropped: 'bound' } as const;
/** For columns that only a successful attempt knows. */
const ENDED = { loaded: 'bound', empty: 'bound', failed: null, dropped: null } as const;
const OF_FILES = {
  ...COUNT,
  ...REQUIRED,
  loaded: 'bound',
  empty: NONE,
  failed: 'bound',
  dropped: NONE,
} as const;
const NOW = sql`GETDATE()`;

/** A column for each count of a schema. */
function columnsOf<Schema extends z.ZodObject, Like extends Column>(
  schema: Schema,
  column: (name: string) => Like,
): Readonly<Record<keyof z.infer<Schema> & string, Like>> {
  return Object.fromEntries(Object.keys(schema.shape).map((name) => [name, column(name)])) as never;
}

/** The merge reads its own counts from a temporary table of its transaction. */
const OF_MERGE = columnsOf(mergeCounts, (name) => ({
  ...COUNT,
  ...REQUIRED,
  loaded: quoteName(name),
  empty: NONE,
  failed: NONE,
  dropped: NONE,
}));

const COLUMNS = {
  dataset: { ...text(64), ...REQUIRED, ...EVERY },
  partition: { kind: 'text', type: sql`CHAR(13)`, ...REQUIRED, ...EVERY, dropped: quoteName('partition') },
  execution: { ...text(320), ...REQUIRED, ...EVERY },
  reason: { ...text(32), ...REQUIRED, ...EVERY, dropped: sql`'target-dropped'` },
  outcome: {
    ...{ ...text(16), ...REQUIRED },
    ...{ loaded: sql`'loaded'`, empty: sql`'empty'`, failed: sql`'failed'`, dropped: sql`'dropped'` },
  },
  files: OF_FILES,
  bytes: OF_FILES,
  rows_in_files: OF_FILES,
  ...OF_MERGE,
  staged: { ...OF_MERGE.staged, failed: 'bound' },
  fingerprint: { ...text(64), ...OPTIONAL, ...EVERY, dropped: null },
  plan_key: { ...text(1_024), ...OPTIONAL, ...ENDED },
  started: { ...TIME, ...REQUIRED, ...EVERY },
  finished: { ...TIME, ...REQUIRED, loaded: NOW, empty: NOW, failed: NOW, dropped: NOW },
  error: { ...text(256), ...OPTIONAL, ...EVERY, dropped: null },
  cause: { ...text(65_535), ...OPTIONAL, ...EVERY, dropped: null },
  fix: { ...text(65_535), ...OPTIONAL, ...EVERY, dropped: null },
  ...columnsOf(stagedCounts, () => ({ ...COUNT, ...OPTIONAL, ...ENDED, empty: NONE })),
  ...columnsOf(foundCounts, () => ({ ...COUNT, ...OPTIONAL, ...ENDED })),
  rerun: { ...text(1_024), ...OPTIONAL, ...EVERY, dropped: null },
  inspected: { ...TIME, ...REQUIRED, ...EVERY },
  /** The number of the merge in the order of commits; of an attempt without a merge: the number that it built on. */
  merge_number: {
    ...{ ...COUNT, ...REQUIRED, loaded: quoteName('merge_number'), empty: 'bound', failed: 'bound' },
    dropped: quoteName('merge_number'),
  },
  /** The number of the partition's last merge that the attempt knew; 0: none. */
  built_on: { ...COUNT, ...REQUIRED, ...EVERY, dropped: quoteName('built_on') },
  /** The number of the partition's last failure that the attempt knew, 0: none; of a failure: its own number. */
  failures: { ...COUNT, ...REQUIRED, ...EVERY, failed: quoteName('failures'), dropped: NONE },
  /**
   * The seconds for which the attempt's statements ran; of a load: those before the merge, and the merge until the row is
   * written. NULL: nobody knows.
   */
  warehouse_seconds: {
    ...{ ...SECONDS, ...OPTIONAL, ...EVERY, loaded: 'bound and transaction', dropped: null },
  },
} as const satisfies Readonly<Record<string, Column>>;

type Bound = Extract<Source, 'bound' | 'bound and transaction'>;
const isBound = (source: Source): source is Bound => source === 'bound' || source === 'bound and transaction';

type Name = keyof typeof COLUMNS;
interface Values {
  readonly text: string;
  readonly count: number;
  /** UTC, as Redshift writes a TIMESTAMP. */
  readonly time: string;
  /** As a parameter; a result has it as text, like every DECIMAL. */
  readonly seconds: number | string;
}

/** A row of the load history as a SELECT returns it. */
export type HistoryRow = {
  readonly [Each in Name]:
    Values[(typeof COLUMNS)[Each]['kind']] | ((typeof COLUMNS)[Each]['required'] extends true ? never : null);
};

/** The columns of a row that take parameters. */
type BoundRow<Ended extends Outcome> = Pick<
  HistoryRow,
  { [Each in Name]: (typeof COLUMNS)[Each][Ended] extends Bound ? Each : never }[Name]
>;

const columns = Object.entries<Column>(COLUMNS);

/** The Data API accepts neither NULL nor an empty text as a parameter, so these values mean NULL. */
const NO_TEXT = '-';
const NO_COUNT = -1;
const NO_VALUE = { text: sql`'-'`, count: sql`-1`, seconds: sql`-1`, time: undefined } as const;

/** One of the rows that a batch inserts. */
export interface RowPlace {
  /** From 0. */
  readonly row: number;
  readonly of: number;
}

/** Of a row that is alone in its batch. */
export const ALONE: RowPlace = { row: 0, of: 1 };

/** The columns that have the same value in all rows of a batch. */
const SHARED: readonly string[] = ['dataset', 'execution', 'error', 'cause', 'fix'] satisfies readonly Name[];

/** The name of the parameter of a row: all rows of a batch share one set of parameters, whose names have only letters. */
export function parameterOf(name: string, { row }: Pick<RowPlace, 'row'>): string {
  return SHARED.includes(name) ? name : `${name}_${String.fromCharCode('a'.charCodeAt(0) + row)}`;
}

function valueOf(
  name: string,
  { kind, type, required, ...sources }: Column,
  outcome: Outcome,
  place: RowPlace,
): Sql {
  const source = sources[outcome];
  if (source === null) return sql`CAST(NULL AS ${type})`;
  if (!isBound(source)) return source;
  const bound = sql`CAST(${parameter(parameterOf(name, place))} AS ${type})`;
  const none = NO_VALUE[kind];
  const value = required || none === undefined ? bound : sql`NULLIF(${bound}, ${none})`;
  if (source === 'bound') return value;
  return place.of === 1
    ? sql`${value} + ${OF_TRANSACTION}`
    : sql`${value} + ${OF_TRANSACTION} / ${place.of}.0`;
}

const lines = (pieces: readonly Sql[]): Sql => joinSql(pieces, ',\n  ');
const rowOf = (outcome: Outcome, place: RowPlace): Sql =>
  lines(columns.map(([name, column]) => valueOf(name, column, outcome, place)));
const definition = (name: string, type: Sql, required: boolean): Sql =>
  sql`${quoteName(name)} ${type}${required ? sql` NOT NULL` : sql``}`;
const boundNames = (outcome: Outcome): readonly string[] =>
  columns.filter(([, column]) => isBound(column[outcome])).map(([name]) => name);
const MERGE_COUNTS = Object.keys(mergeCounts.shape);

/** The columns that may be added to a history that an earlier version made, with their definitions. */
export const ADDABLE_COLUMNS: ReadonlyMap<string, Sql> = new Map(
  columns
    .filter(([, { required }]) => !required)
    .map(([name, { type }]) => [name, definition(name, type, false)]),
);

/** The columns that say what an attempt did. */
const ATTEMPT = [
  ...(['partition', 'execution', 'outcome', 'reason', 'fingerprint', 'plan_key', 'quarantined'] as const),
  ...(['merge_number', 'built_on', 'failures', 'files', 'rows_in_files'] as const),
  ...(['staged', 'duplicates', 'superseded', 'deleted', 'inserted', 'started', 'finished', 'error'] as const),
] satisfies readonly Name[];
/** The most characters of a cause and of a fix that are read for many attempts at once. */
const SHORT_TEXT = 2_000;
const shortText = (name: 'cause' | 'fix'): Sql =>
  sql`LEFT(${quoteName(name)}, ${SHORT_TEXT}) AS ${quoteName(name)}`;

/** Pieces of SQL for the statements in sql/ that use the load history or the merge's table of counts. */
export const HISTORY_PIECES = {
  history_definition: lines(columns.map(([name, { type, required }]) => definition(name, type, required))),
  history_columns: lines(columns.map(([name]) => quoteName(name))),
  dropped_row: rowOf('dropped', ALONE),
  attempt_columns: joinSql(ATTEMPT.map(quoteName)),
  attempt_texts: joinSql([shortText('cause'), shortText('fix')]),
  merge_counts: joinSql(MERGE_COUNTS.map(quoteName)),
  merge_counts_definition: lines(MERGE_COUNTS.map((name) => definition(name, COUNT.type, true))),
} as const satisfies Pieces;

/** The pieces of SQL that insert one of the rows of a batch. */
export function rowPieces(place: RowPlace): Pieces {
  return {
    partition: parameter(parameterOf('partition', place)),
    loaded_row: rowOf('loaded', place),
    empty_row: rowOf('empty', place),
    failed_row: rowOf('failed', place),
  };
}

/** The parameters of a row, by its outcome. */
export const ROW_PARAMETERS = {
  loaded: boundNames('loaded'),
  empty: boundNames('empty'),
  failed: boundNames('failed'),
  dropped: boundNames('dropped'),
} as const;

type Parameters = Readonly<Record<string, string | number>>;
type PlanOfRow = Pick<PartitionPlan, 'fingerprint' | 'diagnosis'>;

/**
 * The row of a partition that was loaded.
 * @param rerun the execution input that loads the partition again. @param place of the row in its batch.
 */
export function loadedRow(
  load: ValidatedPartition,
  plan: PlanOfRow,
  rerun: object,
  place: RowPlace,
): Parameters {
  const { inspection, counts } = load;
  return bound<'loaded'>(place, {
    ...attempt(load, new Date(inspection.started)),
    failures: load.failures,
    ...explained(plan.diagnosis, rerun),
    ...stagedCounts.parse(counts),
    ...foundCounts.parse(inspection),
    files: inspection.files,
    bytes: inspection.bytes,
    rows_in_files: inspection.rows,
    fingerprint: plan.fingerprint,
    plan_key: inspection.plan_key,
    warehouse_seconds: counts.warehouse_seconds,
  });
}

/**
 * The row of a partition with nothing to load.
 * @param rerun as for {@link loadedRow}. @param seconds for which the load's statements ran; null: nobody knows.
 */
export function emptyRow(
  load: PartitionState,
  inspection: Inspection,
  plan: PlanOfRow,
  rerun: object,
  seconds: number | null,
): Parameters {
  return bound<'empty'>(ALONE, {
    ...attempt(load, new Date(inspection.started)),
    failures: load.failures,
    merge_number: load.built_on,
    ...explained(plan.diagnosis, rerun),
    ...foundCounts.parse(inspection),
    fingerprint: plan.fingerprint,
    plan_key: inspection.plan_key,
    warehouse_seconds: seconds,
  });
}

/**
 * The row of a partition that failed.
 * @param rerun, seconds as for {@link emptyRow}. @param now its start if it failed before its inspection.
 * @param place of the row in its batch.
 */
export function failedRow(
  failure: FailedPartition,
  diagnosis: Diagnosis,
  rerun: object,
  seconds: number | null,
  now: Date,
  place: RowPlace,
): Parameters {
  const { inspection, counts } = failure;
  return bound<'failed'>(place, {
    ...attempt(failure, inspection ? new Date(inspection.started) : now),
    merge_number: failure.built_on,
    fingerprint: failure.listed ?? null,
    ...explained(diagnosis, rerun),
    files: inspection?.files ?? failure.files,
    bytes: inspection?.bytes ?? 0,
    rows_in_files: inspection?.rows ?? 0,
    staged: counts?.staged ?? 0,
    warehouse_seconds: seconds,
  });
}

/** What is the same in the rows of all hours of a target that was dropped. @param now when that was seen. */
export function droppedRow(dataset: string, execution: string, now: Date): Parameters {
  return bound<'dropped'>(ALONE, { dataset, execution, ...startOf(now) });
}

function bound<Ended extends Outcome>(place: RowPlace, row: BoundRow<Ended>): Parameters {
  const values = Object.entries<string | number | null>(row);
  return Object.fromEntries(
    values.map(([name, value]) => [
      parameterOf(name, place),
      value ?? (COLUMNS[name as Name].kind === 'text' ? NO_TEXT : NO_COUNT),
    ]),
  );
}

function attempt({ dataset, partition, execution, reason, built_on }: PartitionState, started: Date) {
  return { dataset, partition, execution, reason, built_on, ...startOf(started) };
}

/** `started` has whole seconds like `finished`, `inspected` has fractions. People read them; they decide nothing. */
const startOf = (started: Date) => ({ started: startedText(started), inspected: timestampText(started) });

/** The most bytes that the cause and the fix take each: a row of the Data API has 64 KB at most. */
const TEXT_BYTES = 20_000;
const ERROR_CHARACTERS = 256;

/** The columns that say why an attempt failed, or what it left out. */
function explained(diagnosis: Diagnosis | undefined, rerun: object) {
  return {
    error: diagnosis?.error.slice(0, ERROR_CHARACTERS) ?? null,
    cause: diagnosis ? firstBytes(diagnosis.cause, TEXT_BYTES) : null,
    fix: diagnosis ? firstBytes(diagnosis.fix, TEXT_BYTES) : null,
    rerun: diagnosis ? JSON.stringify(rerun) : null,
  };
}
