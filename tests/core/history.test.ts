import {
  ALONE,
  emptyRow,
  failedRow,
  HISTORY_PIECES,
  loadedRow,
  parameterOf,
  ROW_PARAMETERS,
  rowPieces,
} from '../../core/history';
import type { Inspection, PartitionState, ValidatedPartition } from '../../core/states';

const LOAD: PartitionState = {
  dataset: 'trips',
  partition: '2026-11-23T08',
  execution: 'execution-1',
  reason: 'new',
  files: 3,
  diagnosis_bytes: 1_000,
  most_further_copies: 20,
  built_on: 4,
  failures: 2,
};
const INSPECTION: Inspection = {
  outcome: 'ready',
  plan_key: 'sluice/trips/plan.json',
  fingerprint: 'f',
  parts: 1,
  files: 2,
  rows: 10,
  bytes: 200,
  statements: { copy: 2, check: 1, bytes: 100 },
  quarantined: 1,
  vanished: 2,
  overwritten: 3,
  error_objects: 4,
  error_records: null,
  on_bad_file: 'quarantine',
  further_copies: 0,
  searching: false,
  started: '2026-11-23T09:25:00.500Z',
  statement_timeout_minutes: 60,
  merge_timeout_minutes: 240,
};
const COUNTS = {
  partition: LOAD.partition,
  ...{ staged: 10, keys: 8, other_hours: 5, first_event: null, last_event: null },
  warehouse_seconds: 1.5,
};
const VALIDATED: ValidatedPartition = { ...LOAD, inspection: INSPECTION, counts: COUNTS };
const DIAGNOSIS = { error: 'FilesQuarantined', cause: 'c', fix: 'f' };
const RERUN = { partition: '2026-11-23T08' };

const items = (piece = '') => piece.split(',\n  ');
const pieces = rowPieces(ALONE);
/** Parameters by the names of their columns. */
const named = (parameters: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name.replace(/_a$/, ''), value]));
const columns = items(HISTORY_PIECES.history_columns);

test('the table has a type for each column, in order; counts may be added', () => {
  const definition = items(HISTORY_PIECES.history_definition);
  expect(definition.map((each) => each.split(' ')[0])).toEqual(columns);
  const known = [
    '"dataset" VARCHAR(64) NOT NULL',
    '"partition" CHAR(13) NOT NULL',
    '"execution" VARCHAR(320) NOT NULL',
    '"reason" VARCHAR(32) NOT NULL',
    '"outcome" VARCHAR(16) NOT NULL',
    '"files" BIGINT NOT NULL',
    '"bytes" BIGINT NOT NULL',
    '"rows_in_files" BIGINT NOT NULL',
    '"staged" BIGINT NOT NULL',
    '"duplicates" BIGINT NOT NULL',
    '"superseded" BIGINT NOT NULL',
    '"deleted" BIGINT NOT NULL',
    '"inserted" BIGINT NOT NULL',
    '"fingerprint" VARCHAR(64)',
    '"plan_key" VARCHAR(1024)',
    '"started" TIMESTAMP NOT NULL',
    '"finished" TIMESTAMP NOT NULL',
    '"error" VARCHAR(256)',
    '"cause" VARCHAR(65535)',
    '"fix" VARCHAR(65535)',
    '"other_hours" BIGINT',
    '"quarantined" BIGINT',
    '"vanished" BIGINT',
    '"overwritten" BIGINT',
    '"error_objects" BIGINT',
    '"error_records" BIGINT',
    '"rerun" VARCHAR(1024)',
    '"inspected" TIMESTAMP NOT NULL',
    '"warehouse_seconds" DECIMAL(12, 3)',
  ];
  expect(definition.filter((each) => known.includes(each))).toEqual(known);
  const added = definition.filter((each) => !known.includes(each));
  for (const each of added) expect(each).toMatch(/^"[a-z_]+" BIGINT( NOT NULL)?$/);
});

describe.each(['loaded', 'empty', 'failed'] as const)('a row that is %s', (outcome) => {
  const values = items(pieces[`${outcome}_row`]);

  test('has a value for each column', () => {
    expect(values).toHaveLength(columns.length);
    expect(values[columns.indexOf('"outcome"')]).toBe(`'${outcome}'`);
  });

  test('has each parameter in its own column', () => {
    const bound = values.flatMap((value, index) => {
      const name = /:([a-z_]+)/.exec(value)?.[1];
      return name === undefined ? [] : [[columns[index], `"${name}"`]];
    });
    const names = ROW_PARAMETERS[outcome].map((name) => `"${parameterOf(name, ALONE)}"`);
    expect(bound.map(([, name]) => name)).toEqual(names);
    for (const [column, name] of bound) expect(name?.replace(/_a"$/, '"')).toBe(column);
  });
});

test('the merge’s counts are read from the temporary table of its transaction', () => {
  const values = items(pieces.loaded_row);
  for (const name of ['staged', 'duplicates', 'superseded', 'deleted', 'inserted'])
    expect(values[columns.indexOf(`"${name}"`)]).toBe(`"${name}"`);
});

describe('the parameters of a row', () => {
  test('that was loaded, without some of its files', () => {
    expect(named(loadedRow(VALIDATED, { fingerprint: 'abc', diagnosis: DIAGNOSIS }, RERUN, ALONE))).toEqual({
      dataset: 'trips',
      partition: '2026-11-23T08',
      execution: 'execution-1',
      reason: 'new',
      built_on: 4,
      failures: 2,
      files: 2,
      bytes: 200,
      rows_in_files: 10,
      fingerprint: 'abc',
      plan_key: 'sluice/trips/plan.json',
      started: '2026-11-23 09:25:00',
      inspected: '2026-11-23 09:25:00.500',
      error: 'FilesQuarantined',
      cause: 'c',
      fix: 'f',
      rerun: '{"partition":"2026-11-23T08"}',
      other_hours: 5,
      quarantined: 1,
      vanished: 2,
      overwritten: 3,
      error_objects: 4,
      // The Data API does not accept NULL as a parameter: sql/ turns this value into NULL.
      error_records: -1,
      warehouse_seconds: 1.5,
    });
  });

  test.each([
    ['loaded', loadedRow(VALIDATED, { fingerprint: 'abc' }, RERUN, ALONE)],
    ['empty', emptyRow(LOAD, INSPECTION, { fingerprint: 'abc' }, RERUN, 1.5)],
    ['failed', failedRow(LOAD, DIAGNOSIS, RERUN, 1.5, new Date(0), ALONE)],
  ] as const)('are those that a row that is %s binds', (outcome, parameters) => {
    expect(Object.keys(named(parameters)).sort()).toEqual([...ROW_PARAMETERS[outcome]].sort());
    if (outcome !== 'failed')
      expect(named(parameters)).toMatchObject({ error: '-', cause: '-', fix: '-', rerun: '-' });
  });

  test('that failed: the counts of the steps that ran', () => {
    expect(named(failedRow(LOAD, DIAGNOSIS, RERUN, 1.5, new Date(0), ALONE))).toMatchObject({
      files: 3,
      bytes: 0,
      rows_in_files: 0,
      staged: 0,
      started: '1970-01-01 00:00:00',
    });
    const later = named(failedRow(VALIDATED, DIAGNOSIS, RERUN, 1.5, new Date(0), ALONE));
    expect(later).toMatchObject({ files: 2, bytes: 200, rows_in_files: 10, staged: 10 });
    expect(later.started).toBe('2026-11-23 09:25:00');
  });

  test('whose seconds nobody knows: sql/ turns the parameter into NULL', () => {
    const load = { ...VALIDATED, counts: { ...COUNTS, warehouse_seconds: null } };
    expect(named(loadedRow(load, { fingerprint: 'abc' }, RERUN, ALONE)).warehouse_seconds).toBe(-1);
    expect(items(pieces.loaded_row)[columns.indexOf('"warehouse_seconds"')]).toBe(
      'NULLIF(CAST(:warehouse_seconds_a AS DECIMAL(12, 3)), -1) + DATEDIFF(second, SYSDATE, GETDATE())',
    );
  });

  test('are cut to the length that a row can hold', () => {
    const long = { error: 'E'.repeat(300), cause: 'c'.repeat(30_000), fix: 'f'.repeat(30_000) };
    const { error, cause, fix } = failedRow(LOAD, long, RERUN, 1.5, new Date(0), ALONE);
    expect([error, cause, fix].map((text) => Buffer.byteLength(String(text)))).toEqual([256, 20_000, 20_000]);
  });
});

describe('the rows of a batch', () => {
  const places = [0, 1, 15].map((row) => ({ row, of: 16 }));

  test('have parameters of their own, but for what all have in common', () => {
    const rows = places.map((place) =>
      Object.keys(loadedRow(VALIDATED, { fingerprint: 'abc' }, RERUN, place)),
    );
    const [first = [], ...others] = rows;
    const common = first.filter((name) => others.every((names) => names.includes(name)));
    expect(common.sort()).toEqual(['cause', 'dataset', 'error', 'execution', 'fix']);
    expect(rows.map((names) => names.find((name) => name.startsWith('fingerprint')))).toEqual([
      'fingerprint_a',
      'fingerprint_b',
      'fingerprint_p',
    ]);
  });

  test.each(places)('row $row binds them', (place) => {
    const found = [...(rowPieces(place).loaded_row ?? '').matchAll(/:([a-z_]+)/g)].map(([, name]) => name);
    expect(found.sort()).toEqual(
      Object.keys(loadedRow(VALIDATED, { fingerprint: 'abc' }, RERUN, place)).sort(),
    );
  });

  test('share the seconds of their transaction', () => {
    const seconds = items(rowPieces({ row: 1, of: 16 }).loaded_row)[columns.indexOf('"warehouse_seconds"')];
    expect(seconds).toMatch(/ \+ DATEDIFF\(second, SYSDATE, GETDATE\(\)\) \/ 16\.0$/);
  });
});
