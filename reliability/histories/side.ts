import { FILE_ERRORS } from '../../core/errors';
import type { Hour } from '../../core/hour';
import { defectOf, STAGES } from './defects';
import type { LakeFile } from './lake';
import { rowText, type Recorded } from './load-history';
import { keysOf, Oracle, type TargetRow } from './oracle';
import type { OnBadFile } from './variants';
import { WrongOutcome } from './wrong-outcome';

/** The files of each hour at the start of an execution. Nothing changes them while it runs. */
export type Snapshot = ReadonlyMap<Hour, readonly LakeFile[]>;

/** A load that committed, or found nothing to load. */
interface Success {
  readonly execution: string;
  readonly present: readonly LakeFile[];
}

/** A failed attempt. `files`: those that were there; undefined if nobody knows. */
interface Failure {
  readonly error: string | null;
  readonly files: readonly LakeFile[] | undefined;
}

/** How the hours of an execution may fail because of a fault. */
export interface MayFail {
  /** Default: any. */
  readonly error?: string;
  /** How many hours. Default: any number. */
  readonly most?: number;
  /** The only hour. Default: any. */
  readonly hour?: Hour;
}

/** What a load may do: the files that it takes, and the bad files that it reports because no load has before. */
interface Possibility {
  readonly files: readonly LakeFile[];
  readonly news: readonly LakeFile[];
}

/** One dataset in one history: the requested loads, the recorded loads, and the expected target. */
export class Side {
  private readonly oracle = new Oracle();
  private readonly asked = new Map<string, Snapshot>();
  private readonly seen = new Set<string>();
  private readonly successes = new Map<Hour, Success[]>();
  /** The identities of all files whose rows were loaded, and of all bad files that were left out and named. */
  private readonly taken = new Set<string>();
  /** The hours of which the last attempt failed. */
  private readonly failures = new Map<Hour, Failure>();
  /** The same before the executions that were looked at last. */
  private before: ReadonlyMap<Hour, Failure> = new Map();
  /** Whether any attempt has failed, or left files out. */
  hasComplained = false;

  constructor(
    readonly dataset: string,
    readonly onBadFile: OnBadFile,
  ) {}

  /** Remembers the content of S3 at the start of an execution. */
  ask(execution: string, snapshot: Snapshot): void {
    this.asked.set(execution, snapshot);
  }

  /**
   * Reads the load history.
   * @param mayFail the executions in which partitions may fail, because of a fault, and how
   * @returns the rows that are new since the last call
   * @throws WrongOutcome if a row is impossible
   */
  look(rows: readonly Recorded[], mayFail: ReadonlyMap<string, MayFail>): readonly Recorded[] {
    const fresh = rows.filter((row) => row.dataset === this.dataset && !this.seen.has(identityOf(row)));
    const identities = fresh.map(identityOf);
    if (new Set(identities).size !== identities.length)
      throw new WrongOutcome('a load is recorded twice', fresh.map(rowText));
    for (const identity of identities) this.seen.add(identity);

    const unblamed = fresh.filter((row) => row.outcome === 'failed' && isOfFault(row, mayFail));
    for (const row of fresh) if (row.outcome === 'failed' && !unblamed.includes(row)) this.assertBlamed(row);
    for (const [execution, { most = Infinity }] of mayFail) {
      const failed = unblamed.filter(
        (row) => row.execution === execution && !this.mustFail(this.presentAt(row)),
      );
      if (failed.length > most)
        throw new WrongOutcome('more hours failed than the fault hit', failed.map(rowText));
    }
    const succeeded = fresh.filter(({ outcome }) => outcome !== 'failed');
    const before = new Map(succeeded.map(({ partition }) => [partition, [...this.of(partition)]]));
    for (const row of succeeded)
      this.of(row.partition).push({ execution: row.execution, present: this.presentAt(row) });
    const loads = succeeded.map((row) => {
      const { files, news } = this.outcomeOf(row, before.get(row.partition) ?? []);
      const trips = files.flatMap((file) => file.trips);
      for (const file of [...files, ...news]) this.taken.add(file.identity);
      assertConserved(row, trips.length, keysOf(trips));
      return { row, delivery: { partition: row.partition, trips } };
    });
    // Merges have the order of their numbers. Those of a group have one, and count as if the oldest hour came first.
    const inOrder = loads.toSorted(
      ({ row: one }, { row: other }) =>
        one.merge_number - other.merge_number || (one.partition < other.partition ? -1 : 1),
    );
    for (const { row, delivery } of inOrder) {
      const expected = this.oracle.expected(delivery);
      if (row.superseded !== expected.superseded || row.deleted !== expected.deleted) {
        throw new WrongOutcome(
          `a load has wrong counts, expected: superseded ${expected.superseded}, deleted ${expected.deleted}`,
          [rowText(row)],
        );
      }
      this.oracle.commit([delivery]);
    }
    this.rememberFailures(fresh);
    return fresh;
  }

  private rememberFailures(fresh: readonly Recorded[]): void {
    this.before = new Map(this.failures);
    this.hasComplained ||= fresh.some(({ outcome, quarantined }) => outcome === 'failed' || quarantined > 0);
    for (const row of fresh) {
      const isOnly = fresh.filter(({ partition }) => partition === row.partition).length === 1;
      // Which of several attempts at the same time came last, nobody knows.
      if (row.outcome === 'failed')
        this.failures.set(row.partition, {
          error: row.error,
          files: isOnly ? this.presentAt(row) : undefined,
        });
      else if (isOnly) this.failures.delete(row.partition);
    }
  }

  /** Whether an attempt says something that the one before it did not say. */
  isNews(row: Recorded): boolean {
    if (row.outcome !== 'failed') return row.error !== null;
    const before = this.before.get(row.partition);
    return before?.error !== row.error || !isSame(before.files ?? [], this.presentAt(row));
  }

  /**
   * Asserts that executions that were asked to load these hours did: each good file was loaded, and each bad file named.
   * A scheduled execution tries an hour that failed only if its files have changed, or if they are not to blame.
   * @param fresh what {@link look} returned for these executions
   * @throws WrongOutcome
   */
  assertNothingLost(
    asked: readonly {
      readonly execution: string;
      readonly hours: readonly Hour[];
      readonly isScheduled?: boolean;
    }[],
    fresh: readonly Recorded[],
  ): void {
    for (const { execution, hours, isScheduled = false } of asked) {
      const snapshot = this.asked.get(execution);
      for (const hour of hours) {
        const present = snapshot?.get(hour) ?? [];
        const failure = isScheduled ? this.before.get(hour) : undefined;
        const isTried = fresh.some((row) => row.execution === execution && row.partition === hour);
        const isUnchanged = failure?.files !== undefined && isSame(failure.files, present);
        if (isTried && isUnchanged && FILE_ERRORS.includes(failure.error ?? ''))
          throw new WrongOutcome('an hour was tried again though its bad files are the same', [
            `${execution} ${hour}`,
          ]);
        // Another execution of the same moment may have told the ledger of the failure first.
        const failedBeside = fresh.some(
          (row) => row.partition === hour && row.outcome === 'failed' && isSame(this.presentAt(row), present),
        );
        if (!isTried && isScheduled && failedBeside) continue;
        // It waits, or nobody knows whether it does.
        if (!isTried && failure !== undefined && (isUnchanged || failure.files === undefined)) continue;
        if (this.mustFail(present)) {
          if (!isTried)
            throw new WrongOutcome('an hour with a bad file was not tried', [`${execution} ${hour}`]);
          continue;
        }
        const lost = present.filter((file) => !this.taken.has(file.identity));
        if (lost.length === 0) continue;
        throw new WrongOutcome(
          'files were neither loaded nor named',
          lost.map((file) => `${this.dataset} ${file.identity} ${file.defect ?? ''}`),
        );
      }
    }
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

  /** Whether a load of all these files must fail. */
  private mustFail(present: readonly LakeFile[]): boolean {
    return this.onBadFile === 'fail' && badOf(present).length > 0;
  }

  /** @throws WrongOutcome unless a bad file is to blame, and the error says so. */
  private assertBlamed(row: Recorded): void {
    const present = this.presentAt(row);
    if (!this.mustFail(present)) throw new WrongOutcome('a partition failed', [rowText(row)]);
    const bad = badOf(present);
    const stage = STAGES.find((each) => bad.some((file) => defectIn(file).stage === each));
    const first = bad.filter((file) => defectIn(file).stage === stage);
    const isNamed = first.some((file) => defectIn(file).error === row.error);
    // Only the footers tell of all bad files at once.
    const unnamed = stage === 'footer' ? first.filter((file) => !names(row, file)) : [];
    if (!isNamed || unnamed.length > 0 || row.inserted > 0)
      throw new WrongOutcome('a failure does not tell of the bad files', [
        rowText(row),
        ...first.map(badText),
      ]);
  }

  /** What a load did. @throws WrongOutcome if it should have done something else */
  private outcomeOf(row: Recorded, before: readonly Success[]): Possibility {
    const present = this.presentAt(row);
    const bad = badOf(present);
    const good = present.filter((file) => !file.defect);
    const whole = { files: good, news: bad };
    const others = this.of(row.partition).filter(({ execution }) => execution !== row.execution);
    // Latest first. The loader may compare with any of them: whatever each of them found was loaded, or named as bad.
    const beyond = [...others].reverse().map((success) => ({
      files: filesBeyond(good, success.present),
      news: filesBeyond(bad, success.present),
    }));
    const may =
      row.reason === 'late-files'
        ? beyond
        : row.reason === 'overlapped'
          ? beyond.map(({ news }) => ({ files: good, news }))
          : [whole];
    const named = bad.filter((file) => names(row, file)).length;
    const found = may.find(
      ({ files, news }) =>
        files.length === row.files &&
        rowsOf(files) === row.rows_in_files &&
        news.length === named &&
        news.every((file) => names(row, file)) &&
        row.error === (news.length > 0 ? 'FilesQuarantined' : null),
    );
    const isDue =
      row.reason === 'new'
        ? before.length === 0
        : row.reason !== 'late-files' ||
          !before.every((success) => isSame(success.present, present)) ||
          before.length === 0 ||
          // It ends the failure of an hour whose files the target holds.
          this.failures.has(row.partition);
    if (!found || !isDue || this.mustFail(present) || row.quarantined !== bad.length) {
      throw new WrongOutcome('a load took the wrong files', [
        rowText(row),
        ...may.map(
          ({ files, news }) =>
            `should be ${files.length} files with ${rowsOf(files)} rows, ${bad.length} left out, ${news.length} of them news`,
        ),
        ...bad.map(badText),
        ...(this.mustFail(present) ? ['should fail'] : []),
        ...(isDue ? [] : before.map(({ execution }) => `not ${row.reason}: loaded by ${execution}`)),
      ]);
    }
    return found;
  }
}

const badOf = (files: readonly LakeFile[]) => files.filter((file) => file.defect);

function defectIn({ defect }: LakeFile) {
  if (!defect) throw new RangeError('the file is good');
  return defectOf(defect);
}

/** Whether a row's cause names a bad file with its error. */
function names({ cause }: Recorded, file: LakeFile): boolean {
  return cause?.includes(`/${file.name}: ${defectIn(file).error}: `) === true;
}

const badText = (file: LakeFile) => `bad: ${file.name} ${file.defect}, ${defectIn(file).error}`;

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

function isOfFault(row: Recorded, mayFail: ReadonlyMap<string, MayFail>): boolean {
  const may = mayFail.get(row.execution);
  if (may === undefined) return false;
  return (may.error ?? row.error) === row.error && (may.hour ?? row.partition) === row.partition;
}

function identityOf({ execution, partition, outcome }: Recorded): string {
  return JSON.stringify([execution, partition, outcome]);
}

function filesBeyond(files: readonly LakeFile[], others: readonly LakeFile[]): readonly LakeFile[] {
  return files.filter((file) => !others.some(({ identity }) => identity === file.identity));
}

function isSame(files: readonly LakeFile[], others: readonly LakeFile[]): boolean {
  return files.length === others.length && filesBeyond(files, others).length === 0;
}

function rowsOf(files: readonly LakeFile[]): number {
  return files.reduce((sum, file) => sum + file.trips.length, 0);
}
