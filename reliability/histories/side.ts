import type { Hour } from '../../core/hour';
import type { LakeFile } from './lake';
import { rowText, type Recorded } from './load-history';
import { keysOf, Oracle, type TargetRow } from './oracle';
import { WrongOutcome } from './wrong-outcome';

/** The files of each hour at the start of an execution; nothing changes them while it runs. */
export type Snapshot = ReadonlyMap<Hour, readonly LakeFile[]>;

/** A load that was committed, or found nothing to load. */
interface Success {
  readonly execution: string;
  readonly present: readonly LakeFile[];
}

/** One dataset in one history: what was asked of it, what it says that it did, and the table that it has to hold. */
export class Side {
  private readonly oracle = new Oracle();
  private readonly asked = new Map<string, Snapshot>();
  private readonly seen = new Set<string>();
  private readonly successes = new Map<Hour, Success[]>();
  /** The identities of all files whose rows were loaded. */
  private readonly taken = new Set<string>();

  constructor(readonly dataset: string) {}

  /** Remembers what was in S3 when an execution was started. */
  ask(execution: string, snapshot: Snapshot): void {
    this.asked.set(execution, snapshot);
  }

  /**
   * Takes in what the load history holds now.
   * @returns the rows that are new since the last look
   * @throws WrongOutcome where a row says what cannot be
   */
  look(rows: readonly Recorded[]): readonly Recorded[] {
    const fresh = rows.filter((row) => row.dataset === this.dataset && !this.seen.has(identityOf(row)));
    const identities = fresh.map(identityOf);
    if (new Set(identities).size !== identities.length)
      throw new WrongOutcome('a load is recorded twice', fresh.map(rowText));
    for (const identity of identities) this.seen.add(identity);

    const succeeded = fresh.filter(({ outcome }) => outcome !== 'failed');
    const before = new Map(succeeded.map(({ partition }) => [partition, [...this.of(partition)]]));
    for (const row of succeeded)
      this.of(row.partition).push({ execution: row.execution, present: this.presentAt(row) });
    const loads = succeeded.map((row) => {
      const files = this.filesOf(row, before.get(row.partition) ?? []);
      const trips = files.flatMap((file) => file.trips);
      for (const file of files) this.taken.add(file.identity);
      assertConserved(row, trips.length, keysOf(trips));
      return { row, delivery: { partition: row.partition, trips } };
    });
    const [only] = loads;
    if (only && loads.length === 1 && only.row.outcome === 'loaded') {
      const expected = this.oracle.expected(only.delivery);
      if (only.row.superseded !== expected.superseded || only.row.deleted !== expected.deleted) {
        throw new WrongOutcome(
          `a load counts other rows than it should: superseded ${expected.superseded}, deleted ${expected.deleted}`,
          [rowText(only.row)],
        );
      }
    }
    this.oracle.commit(loads.map(({ delivery }) => delivery));
    return fresh;
  }

  /** @throws WrongOutcome where a file of these hours was never loaded. */
  assertNothingLost(hours: readonly Hour[], snapshot: Snapshot): void {
    const lost = hours
      .flatMap((hour) => snapshot.get(hour) ?? [])
      .filter((file) => !this.taken.has(file.identity));
    if (lost.length > 0)
      throw new WrongOutcome(
        'files were left out',
        lost.map((file) => `${this.dataset} ${file.identity}`),
      );
  }

  /** @throws WrongOutcome where the target is not what it has to be. */
  assertTable(table: readonly TargetRow[]): void {
    const differences = this.oracle.differences(table);
    if (differences.length > 0)
      throw new WrongOutcome(`the target of ${this.dataset} is not what it should be`, differences);
  }

  private of(partition: Hour): Success[] {
    const successes = this.successes.get(partition) ?? [];
    this.successes.set(partition, successes);
    return successes;
  }

  private presentAt(row: Recorded): readonly LakeFile[] {
    const snapshot = this.asked.get(row.execution);
    if (!snapshot) throw new WrongOutcome('a load is recorded that nobody asked for', [rowText(row)]);
    return snapshot.get(row.partition) ?? [];
  }

  /** The files that a load took: all, or those that one before it did not find. @throws WrongOutcome */
  private filesOf(row: Recorded, before: readonly Success[]): readonly LakeFile[] {
    const present = this.presentAt(row);
    const others = this.of(row.partition).filter(({ execution }) => execution !== row.execution);
    const may =
      row.reason === 'late-files'
        ? // Latest first. Which one the loader went by it may choose: what any of them found was loaded.
          [...others].reverse().map((success) => filesBeyond(present, success.present))
        : [present];
    const files = may.find((each) => each.length === row.files && rowsOf(each) === row.rows_in_files);
    if (!files || (row.reason === 'new' && before.length > 0)) {
      throw new WrongOutcome('a load took other files than it should', [
        rowText(row),
        ...may.map((each) => `should be ${each.length} files with ${rowsOf(each)} rows`),
        ...(row.reason === 'new' ? before.map(({ execution }) => `not new: loaded by ${execution}`) : []),
      ]);
    }
    return files;
  }
}

/** Rows in the files = staged = duplicates + superseded + inserted, as counted in the files themselves. */
function assertConserved(row: Recorded, rows: number, keys: number): void {
  const isConserved =
    row.rows_in_files === rows &&
    row.staged === rows &&
    row.duplicates === rows - keys &&
    row.superseded + row.inserted === keys &&
    (row.outcome === 'loaded') === row.files > 0;
  if (!isConserved)
    throw new WrongOutcome(`a load does not account for the ${rows} rows and ${keys} keys of its files`, [
      rowText(row),
    ]);
}

function identityOf({ execution, partition, outcome }: Recorded): string {
  return JSON.stringify([execution, partition, outcome]);
}

function filesBeyond(files: readonly LakeFile[], others: readonly LakeFile[]): readonly LakeFile[] {
  return files.filter((file) => !others.some(({ identity }) => identity === file.identity));
}

function rowsOf(files: readonly LakeFile[]): number {
  return files.reduce((sum, file) => sum + file.trips.length, 0);
}
