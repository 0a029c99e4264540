import type { Hour } from '../../core/hour';
import type { LakeFile } from './lake';
import { rowText, type Recorded } from './load-history';
import { keysOf, Oracle, type TargetRow } from './oracle';
import { WrongOutcome } from './wrong-outcome';

/** The files of each hour at the start of an execution. Nothing changes them while it runs. */
export type Snapshot = ReadonlyMap<Hour, readonly LakeFile[]>;

/** A load that committed, or found nothing to load. */
interface Success {
  readonly execution: string;
  readonly present: readonly LakeFile[];
}

/** One dataset in one history: the requested loads, the recorded loads, and the expected target. */
export class Side {
  private readonly oracle = new Oracle();
  private readonly asked = new Map<string, Snapshot>();
  private readonly seen = new Set<string>();
  private readonly successes = new Map<Hour, Success[]>();
  /** The identities of all files whose rows were loaded. */
  private readonly taken = new Set<string>();

  constructor(readonly dataset: string) {}

  /** Remembers the content of S3 at the start of an execution. */
  ask(execution: string, snapshot: Snapshot): void {
    this.asked.set(execution, snapshot);
  }

  /**
   * Reads the load history.
   * @returns the rows that are new since the last call
   * @throws WrongOutcome if a row is impossible
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
          `a load has wrong counts, expected: superseded ${expected.superseded}, deleted ${expected.deleted}`,
          [rowText(only.row)],
        );
      }
    }
    this.oracle.commit(loads.map(({ delivery }) => delivery));
    return fresh;
  }

  /** @throws WrongOutcome if a file of these hours was never loaded. */
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

  /** @throws WrongOutcome if the target is not the expected one. */
  assertTable(table: readonly TargetRow[]): void {
    const differences = this.oracle.differences(table);
    if (differences.length > 0) throw new WrongOutcome(`the target of ${this.dataset} is wrong`, differences);
  }

  private of(partition: Hour): Success[] {
    const successes = this.successes.get(partition) ?? [];
    this.successes.set(partition, successes);
    return successes;
  }

  private presentAt(row: Recorded): readonly LakeFile[] {
    const snapshot = this.asked.get(row.execution);
    if (!snapshot) throw new WrongOutcome('a load is recorded that was not requested', [rowText(row)]);
    return snapshot.get(row.partition) ?? [];
  }

  /** The files that a load took: all files, or those that an earlier load did not find. @throws WrongOutcome */
  private filesOf(row: Recorded, before: readonly Success[]): readonly LakeFile[] {
    const present = this.presentAt(row);
    const others = this.of(row.partition).filter(({ execution }) => execution !== row.execution);
    const may =
      row.reason === 'late-files'
        ? // Latest first. The loader may compare with any of them: whatever each of them found was loaded.
          [...others].reverse().map((success) => filesBeyond(present, success.present))
        : [present];
    const files = may.find((each) => each.length === row.files && rowsOf(each) === row.rows_in_files);
    if (!files || (row.reason === 'new' && before.length > 0)) {
      throw new WrongOutcome('a load took the wrong files', [
        rowText(row),
        ...may.map((each) => `should be ${each.length} files with ${rowsOf(each)} rows`),
        ...(row.reason === 'new' ? before.map(({ execution }) => `not new: loaded by ${execution}`) : []),
      ]);
    }
    return files;
  }
}

/** Rows in the files = staged = duplicates + superseded + inserted, as counted from the files themselves. */
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
