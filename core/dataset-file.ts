import { isMap, isPair, isScalar, parseDocument, visit, type Document } from 'yaml';
import * as z from 'zod';
import { parseColumnType, type ColumnType } from './column-types';
import type { Column, Dataset } from './dataset';
import { LoadError } from './errors';
import { MOST_CONCURRENCY, MOST_HOURS_PER_MERGE, MOST_PARTITIONS } from './execution-limits';
import { hourOf, isHour } from './hour';
import {
  CERTIFY_FOLDER,
  errorPrefixes,
  errorPrefixProblem,
  hourReader,
  prefixOfHour,
  prefixProblem,
} from './prefix';
import { LONGEST_WAIT_MINUTES } from './schedule';

/** Parts of the event time that the target can have as columns. */
export const DERIVED_COLUMNS = ['year', 'month', 'day', 'hour'] as const;
export type DerivedColumn = (typeof DERIVED_COLUMNS)[number];

const IDENTIFIER_BYTES = 127;
const identifier = z
  .string()
  .min(1)
  .refine(
    (name) => new TextEncoder().encode(name).length <= IDENTIFIER_BYTES,
    `at most ${IDENTIFIER_BYTES} bytes`,
  )
  // Redshift also folds quoted identifiers to lower case, unless the session has another setting; Firehose always does.
  .refine((name) => name === name.toLowerCase(), 'lower case: Redshift and Firehose fold names to lower case')
  // eslint-disable-next-line no-control-regex
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), 'no control characters')
  .refine((name) => !name.startsWith('\ufeff'), 'no byte order mark at its start: Parquet readers drop it')
  .refine(
    (name) => !name.startsWith('sluice_'),
    'a name that does not start with sluice_: Sluice uses those names itself',
  );

/** Every Redshift table has these columns. Source: PostgreSQL, "System Columns"; Redshift refuses the same names. */
const SYSTEM_COLUMNS = ['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];
const columnName = identifier.refine(
  (name) => !SYSTEM_COLUMNS.includes(name),
  `a name other than ${SYSTEM_COLUMNS.join(', ')}: every table already has those columns`,
);

/** A year. A wider range prunes little. */
export const MOST_DRIFT_HOURS = 366 * 24;

const count = (from: number, to: number) => z.number().int().min(from).max(to);

const columnType = z.string().transform((text, context): ColumnType => {
  const type = parseColumnType(text);
  if ('problem' in type) {
    context.addIssue({ code: 'custom', message: type.problem });
    return z.NEVER;
  }
  return type;
});

const column = z.strictObject({
  name: columnName,
  type: columnType,
  /** A file without a value in this column is not loaded. The column is NOT NULL in the target. */
  required: z.boolean().default(false),
  /** The hour in which the column was added. Files of this hour and of earlier hours may lack it; it is null then. */
  since: z.string().refine(isHour, 'an hour of arrival in UTC, for example 2026-11-23T08').optional(),
});

export const DATASET_NAME = /^[a-z][a-z0-9_]{0,29}$/;

/** Every option of a dataset file, with its range and its default. */
export const datasetSchema = z.strictObject({
  /** The name. Staging tables, streams, schedules and history rows carry it. */
  dataset: z
    .string()
    .regex(DATASET_NAME, 'a lower-case letter, then up to 29 letters, digits or _')
    .refine(
      (name) => name !== CERTIFY_FOLDER,
      `a name other than ${CERTIFY_FOLDER}: sluice certify keeps its files under it`,
    ),
  source: z.strictObject({
    prefix: z.string().superRefine((template, context) => {
      const problem = prefixProblem(template);
      if (problem) context.addIssue({ code: 'custom', message: `a prefix that ${problem}` });
    }),
    /**
     * Where Firehose keeps the records that it could not turn into Parquet: its ErrorOutputPrefix, with `{type}` for the
     * reason. Default: `errors/<dataset>/{type}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`.
     */
    error_prefix: z
      .string()
      .superRefine((template, context) => {
        const problem = errorPrefixProblem(template);
        if (problem) context.addIssue({ code: 'custom', message: `an error prefix that ${problem}` });
      })
      .optional(),
    /** `external`: something else writes the files, and Sluice deploys no stream. */
    stream: z.enum(['firehose', 'external']).default('firehose'),
    /**
     * Whether the stream writes decimals and smallints with Parquet types of their own; see glueType in core/column-types.ts. Only for
     * `stream: firehose`: the load accepts either form of any writer.
     */
    native_types: z.boolean().default(false),
    /** Minutes after its end at which an hour is closed. Firehose buffers for up to 15 minutes. */
    settle_minutes: count(0, 1_440).default(20),
    /** How many hours back an execution looks for new and late files. */
    lookback_hours: count(2, 24 * 31).default(48),
  }),
  target: z.strictObject({
    schema: identifier
      .refine((name) => name !== 'sluice', 'a schema other than sluice: Sluice keeps its own tables there')
      .refine(
        (name) => !/^pg_|^information_schema$/.test(name),
        'a schema of your own: pg_… and information_schema belong to Redshift',
      )
      .default('public'),
    table: identifier,
    key: z.array(identifier).min(1),
    /** If two rows have the same key, the target keeps the one with the greater version. Default: the event time. */
    version: identifier.optional(),
    event_time: identifier,
    distkey: identifier.optional(),
    sortkey: z.array(identifier).default([]),
    derive: z.array(z.enum(DERIVED_COLUMNS)).default([...DERIVED_COLUMNS]),
    /** `merge`: the merge EXTRACTs them from event_time in Redshift. `transform`: the Parquet files hold them. */
    derive_in: z.enum(['merge', 'transform']).default('merge'),
    /** The target's column that holds the hour from which a row was loaded. */
    partition_column: columnName.default('source_partition'),
    /** True if the event time of a key never changes: the same as `event_time_drift_hours: 0`. */
    event_time_immutable: z.boolean().default(false),
    /**
     * Any two event times of a key are at most so many hours apart. The merge then reads only the staged range of event
     * times, wider by so many hours at both ends. Default: nothing is promised, and it reads all of the target.
     */
    event_time_drift_hours: count(0, MOST_DRIFT_HOURS).optional(),
  }),
  columns: z.array(column).min(1).max(1_500),
  load: z
    .strictObject({
      strategy: z.enum(['delete-insert', 'merge']).default('delete-insert'),
      max_concurrency: count(1, MOST_CONCURRENCY).default(4),
      max_partitions: count(1, MOST_PARTITIONS).default(MOST_PARTITIONS),
      /** How many due hours are loaded together at most: with one COPY batch, one check and one merge. */
      hours_per_merge: count(1, MOST_HOURS_PER_MERGE).default(MOST_HOURS_PER_MERGE),
      /** The schedule starts an execution every so many hours, from midnight UTC on. */
      every_hours: count(1, 24).default(1),
      /** Hours after which whoever is on call hears again of failures that last. */
      remind_hours: count(1, 7 * 24).default(24),
      /** `quarantine`: leave out and report a file that cannot be loaded, and load the rest. */
      on_bad_file: z.enum(['fail', 'quarantine']).default('fail'),
      /** Days for which plans and manifests of past loads are kept. */
      retention_days: count(2, 3_650).default(90),
      statement_timeout_minutes: count(1, 12 * 60).default(60),
      /** The alarm goes off if the newest loaded hour ended this many hours ago. Default: `every_hours` + 5. */
      stale_after_hours: count(2, 7 * 24).optional(),
    })
    .prefault({}),
});

/** A dataset file that keeps to the schema. */
export type Parsed = z.output<typeof datasetSchema>;

/** One thing that is wrong with a dataset file, with the path of its key or item. */
interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Reads a dataset file.
 * @param text YAML.
 * @param file the file's name, for messages.
 * @throws LoadError DatasetInvalid: a line for each problem, in file order, with file, line and column (from 1) and what
 *   is expected.
 */
export function parseDataset(text: string, file: string): Dataset {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
  const refused = (problems: { offset: number; message: string }[]) => {
    const inOrder = problems.sort((left, right) => left.offset - right.offset);
    return invalid(inOrder.map(({ offset, message }) => `${file}:${placeOf(text, offset)}: ${message}`));
  };

  const malformed = malformedParts(document);
  if (malformed.length > 0) throw refused(malformed);
  const parsed = datasetSchema.safeParse(document.toJS({ maxAliasCount: -1 }), { error: missing });
  const findings = parsed.success ? inconsistencies(parsed.data) : parsed.error.issues.flatMap(findingsOf);
  if (!parsed.success || findings.length > 0) {
    throw refused(
      findings.map(({ path, message }) => ({
        offset: offsetOf(document, path),
        message: `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
      })),
    );
  }
  return complete(parsed.data);
}

/** Line and column, from 1. yaml's LineCounter misses the line breaks in a quoted text that is in the wrong place. */
function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

function invalid(problems: readonly string[]): LoadError {
  return new LoadError(
    'DatasetInvalid',
    problems,
    'Correct the dataset file; datasets/reference.yml shows every option.',
  );
}

/** Parts that are not valid or not unambiguous YAML. The parser itself accepts an alias without an anchor. */
function malformedParts(document: Document.Parsed): { offset: number; message: string }[] {
  const problems = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    offset: pos[0],
    message:
      code === 'MULTIPLE_DOCS' ? 'another document begins here: a dataset file holds only one' : message,
  }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      problems.push({
        offset: alias.range?.[0] ?? 0,
        message: `there is no anchor &${alias.source} before this`,
      });
    },
  });
  return problems;
}

/** The message for a key that is missing or has no value; zod's own says "received undefined". */
function missing(issue: { code?: string; input?: unknown; expected?: unknown }): string | undefined {
  if (issue.code !== 'invalid_type' || (issue.input !== undefined && issue.input !== null)) return undefined;
  return `missing, ${String(issue.expected)} expected`;
}

/** One finding for each unknown key, each with its own path; one finding for any other issue. */
function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    message: `unknown key${expectedKeys(issue.path)}`,
  }));
}

/** The keys that are allowed at a path, for the message about an unknown key. */
function expectedKeys(path: readonly PropertyKey[]): string {
  let at: unknown = datasetSchema;
  for (const step of path) {
    while (at instanceof z.ZodPrefault || at instanceof z.ZodDefault) at = at.unwrap();
    at =
      at instanceof z.ZodObject ? at.shape[String(step)] : at instanceof z.ZodArray ? at.element : undefined;
  }
  while (at instanceof z.ZodPrefault || at instanceof z.ZodDefault) at = at.unwrap();
  return at instanceof z.ZodObject ? `; known are ${Object.keys(at.shape).join(', ')}` : '';
}

/** The offset at which the key (or item) of a path starts. If it is missing, the offset of its nearest ancestor. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last);
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = document.getIn(path.slice(0, length), true) as
      { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** Problems that no single field shows: names that refer to nothing, repeated names, columns of the wrong type. */
function inconsistencies({ dataset, source, target, columns, load }: Parsed): Finding[] {
  const findings: Finding[] = [];
  const say = (path: PropertyKey[], message: string) => findings.push({ path, message });
  const byName = new Map(columns.map((each) => [each.name, each]));
  const anyHour = hourOf(new Date(0));
  const errorPrefix = source.error_prefix ?? defaultErrorPrefix(dataset);
  if (errorPrefixes(errorPrefix).some((each) => hourReader(source.prefix)(prefixOfHour(each, anyHour)))) {
    say(['source', 'error_prefix'], 'is under source.prefix: its records would count as data files');
  }
  if (load.retention_days * 24 < source.lookback_hours) {
    say(
      ['load', 'retention_days'],
      `shorter than source.lookback_hours (${source.lookback_hours}): without the plans of these hours late files cannot be told from loaded ones`,
    );
  }
  const leastLookback = 2 * load.every_hours;
  if (source.lookback_hours < leastLookback) {
    say(
      ['source', 'lookback_hours'],
      `${source.lookback_hours}: shorter than the time of two starts (load.every_hours is ${load.every_hours}), so a start that is missed would hide hours; raise it to ${leastLookback} or more`,
    );
  }
  if (load.max_partitions < load.every_hours) {
    say(
      ['load', 'max_partitions'],
      `${load.max_partitions}: fewer than the hours that come between two starts (load.every_hours is ${load.every_hours}), so ever more would wait; raise it to ${load.every_hours} or more`,
    );
  }
  // Even if all goes well, the newest loaded hour ended up to so long ago: it settles, then the next start comes.
  const leastStale = Math.floor((source.settle_minutes + LONGEST_WAIT_MINUTES) / 60) + 1;
  const stale = load.stale_after_hours ?? defaultStale(load);
  if (stale < leastStale) {
    say(
      ['source', 'settle_minutes'],
      `${source.settle_minutes}: the alarm on load.stale_after_hours (${stale}) would never stop; raise that to ${leastStale} or more`,
    );
  }
  const known = `a column of this dataset (${columns.map((each) => each.name).join(', ')})`;

  columns.forEach((each, index) => {
    if (columns.findIndex((other) => other.name === each.name) < index) {
      say(['columns', index, 'name'], `"${each.name}" is repeated`);
    }
    if (each.name === target.partition_column) {
      say(
        ['columns', index, 'name'],
        `"${each.name}" is the target’s partition_column: choose another name for one of them`,
      );
    }
    if (target.derive.some((part) => part === each.name)) {
      say(['columns', index, 'name'], `"${each.name}" is derived: remove it here or from target.derive`);
    }
  });

  columns.forEach((each, index) => {
    if (each.since !== undefined && each.required) {
      say(
        ['columns', index, 'since'],
        `column "${each.name}" is required, but files that lack it leave it null: remove since or required`,
      );
    }
  });

  const requiredColumn = (name: string, path: PropertyKey[]) => {
    const found = byName.get(name);
    if (!found) say(path, `"${name}" is not ${known}`);
    else if (!found.required) say(path, `column "${name}" may be null: set required: true`);
  };
  target.key.forEach((name, index) => {
    requiredColumn(name, ['target', 'key', index]);
    if (target.key.indexOf(name) < index) say(['target', 'key', index], `"${name}" is repeated`);
  });
  if (target.version !== undefined) requiredColumn(target.version, ['target', 'version']);
  requiredColumn(target.event_time, ['target', 'event_time']);
  const eventTime = byName.get(target.event_time);
  if (eventTime && eventTime.type.kind !== 'timestamp') {
    say(
      ['target', 'event_time'],
      `column "${target.event_time}" is ${eventTime.type.kind}: an event time must be a timestamp`,
    );
  }
  if (target.event_time_immutable && target.event_time_drift_hours) {
    say(
      ['target', 'event_time_drift_hours'],
      `${target.event_time_drift_hours}: event_time_immutable promises 0 hours; remove one of them`,
    );
  }
  if (new Set(target.derive).size < target.derive.length) say(['target', 'derive'], 'a part is repeated');
  if (target.derive.some((part) => part === target.partition_column)) {
    say(['target', 'partition_column'], `"${target.partition_column}" is derived: choose another name`);
  }

  const inTarget = new Set([...byName.keys(), ...target.derive, target.partition_column]);
  const targetColumn = (name: string, path: PropertyKey[]) => {
    if (!inTarget.has(name))
      say(path, `"${name}" is not a column of the target (${[...inTarget].join(', ')})`);
  };
  if (target.distkey !== undefined) targetColumn(target.distkey, ['target', 'distkey']);
  target.sortkey.forEach((name, index) => {
    targetColumn(name, ['target', 'sortkey', index]);
    if (target.sortkey.indexOf(name) < index) say(['target', 'sortkey', index], `"${name}" is repeated`);
  });
  return findings;
}

function defaultErrorPrefix(dataset: string): string {
  return `errors/${dataset}/{type}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`;
}

/** Hours. Who loads less often is told less soon. */
const defaultStale = (load: Parsed['load']): number => load.every_hours + 5;

function complete({ dataset, source, target, columns, load }: Parsed): Dataset {
  const { event_time_immutable: isImmutable, event_time_drift_hours: drift, ...others } = target;
  const derived: Column[] =
    target.derive_in === 'transform'
      ? target.derive.map((name) => ({ name, type: { kind: 'smallint' }, required: true }))
      : [];
  return {
    name: dataset,
    source: { ...source, error_prefix: source.error_prefix ?? defaultErrorPrefix(dataset) },
    target: {
      ...others,
      version: target.version ?? target.event_time,
      event_time_drift_hours: drift ?? (isImmutable ? 0 : null),
    },
    columns: [...columns, ...derived],
    load: { ...load, stale_after_hours: load.stale_after_hours ?? defaultStale(load) },
  };
}
