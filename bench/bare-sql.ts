import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { resolve } from 'node:path';
import { redshiftType } from '../core/column-types';
import type { Dataset } from '../core/dataset';
import { planMerge, type PlannedMerge } from '../core/merge';
import type { StagedPart } from '../core/plan';
import { sql, type Pieces } from '../core/sql';
import { countPieces, partPieces, stagedPieces, stagingTable } from '../core/staging';
import type { ValidatedPartition } from '../core/states';
import { datasetPieces } from '../core/warehouse';
import { namedStatementsOf } from '../service/statements';

const ROOT = resolve(__dirname, '..');

type Values = Readonly<Record<string, string | number>>;

/** DuckDB alone, for the statements of sql/*.sql. Only syntax that DuckDB lacks is changed. */
export class BareSql {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
  ) {}

  /** @param options of DuckDB, for example `memory_limit`. */
  static async open(path: string, options: Readonly<Record<string, string>> = {}): Promise<BareSql> {
    const instance = await DuckDBInstance.create(path, options);
    const connection = await instance.connect();
    await connection.run(
      "SET integer_division = true; SET default_null_order = 'NULLS_LAST_ON_ASC_FIRST_ON_DESC'",
    );
    return new BareSql(instance, connection);
  }

  /** Runs a statement with the values of its `:name`s. @returns its rows. */
  async run(statement: string, values: Values = {}): Promise<Record<string, unknown>[]> {
    const reference = (name: string) => new RegExp(`(?<!:):${name}\\b`, 'g');
    const used = Object.entries(values).filter(([name]) => reference(name).test(statement));
    const named = used.reduce((text, [name]) => text.replace(reference(name), `$${name}`), statement);
    const bound = Object.fromEntries(used.map(([name, value]) => [name, String(value)]));
    return (await this.connection.runAndReadAll(named, bound)).getRowObjectsJson();
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

interface BareStatement {
  readonly name: string;
  readonly sql: string;
}

/** The statements of a load with one part, whose files have the dataset's types. */
export class BareStatements {
  readonly part: StagedPart;
  readonly pieces: Pieces;

  constructor(
    private readonly dataset: Dataset,
    private readonly hour: string,
  ) {
    this.part = {
      table: stagingTable(dataset.name, hour, 'bench', 1),
      columns: dataset.columns.map(({ name, type }) => ({ name, type: redshiftType(type) })),
      copies: [],
    };
    this.pieces = {
      ...datasetPieces(dataset),
      ...stagedPieces(dataset, [{ partition: hour, parts: [this.part] }]),
      ...partPieces(dataset, this.part),
      ...countPieces(dataset, this.part, 1),
      target_attributes: sql``,
      staging_attributes: sql``,
      keys_attributes: sql``,
    };
  }

  /** The statements of a step, without those for which DuckDB has nothing. */
  of(step: string, repeated: PlannedMerge['repeated'] = {}, pieces: Pieces = {}): readonly BareStatement[] {
    return namedStatementsOf(
      ROOT,
      step,
      this.dataset,
      { ...pieces, ...this.pieces },
      { 'copy-files': [], 'check-values': [], 'add-history-column': [], ...repeated },
    )
      .filter(({ name }) => name !== 'lock-mutex')
      .map(({ name, sql: statement }) => ({ name, sql: plain(statement) }));
  }

  /** The statements of the merge with their values. @param counts as the statements of ValidateStaging select them. */
  merge(
    execution: string,
    files: { readonly files: number; readonly bytes: number },
    counts: Readonly<Record<string, unknown>>,
  ): { readonly statements: readonly BareStatement[]; readonly values: Values } {
    const load = loadOf(this.dataset, this.hour, execution, files, counts);
    const plan = { partition: this.hour, parts: [this.part], fingerprint: '' };
    const { pieces, repeated, parameters } = planMerge(this.dataset, [load], [plan], [{}]);
    return { statements: this.of('merge-into-target', repeated, pieces), values: parameters };
  }
}

const plain = (statement: string) =>
  statement
    // DuckDB has neither SYSDATE nor this form of DATEDIFF.
    .replaceAll('DATEDIFF(second, SYSDATE, GETDATE())', '0')
    .replaceAll('GETDATE()', 'CAST(now() AS TIMESTAMP)')
    .replaceAll(/DATEADD\(hour, 1, ("\w+")\)/g, '$1 + INTERVAL 1 HOUR')
    .replace(/ DISTSTYLE AUTO SORTKEY \(.*\)/, '');

/** The load as the state machine has it before the merge. Fields that the merge does not record have empty values. */
function loadOf(
  dataset: Dataset,
  partition: string,
  execution: string,
  { files, bytes }: { readonly files: number; readonly bytes: number },
  counts: Readonly<Record<string, unknown>>,
): ValidatedPartition {
  const staged = Number(counts.staged);
  return {
    dataset: dataset.name,
    partition,
    execution,
    reason: 'requested',
    files,
    diagnosis_bytes: 0,
    most_further_copies: 0,
    built_on: 0,
    failures: 0,
    inspection: {
      outcome: 'ready',
      plan_key: '',
      fingerprint: '',
      parts: 1,
      files,
      rows: staged,
      bytes,
      statements: { copy: 0, check: 0, bytes: 0 },
      quarantined: 0,
      vanished: 0,
      overwritten: 0,
      error_objects: 0,
      error_records: 0,
      on_bad_file: dataset.load.on_bad_file,
      further_copies: 0,
      searching: false,
      started: new Date().toISOString(),
      statement_timeout_minutes: 0,
      merge_timeout_minutes: 0,
    },
    counts: {
      partition,
      staged,
      keys: Number(counts.keys),
      other_hours: Number(counts.other_hours),
      first_event: String(counts.first_event),
      last_event: String(counts.last_event),
      warehouse_seconds: null,
    },
  };
}
