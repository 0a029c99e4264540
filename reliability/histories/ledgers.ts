import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { warehousePlace } from '../../cli/ledger/ledger-of';
import type { Dataset } from '../../core/dataset';
import { EMPTY_FINGERPRINT } from '../../core/files';
import {
  byHour,
  changedHours,
  ledgerFolder,
  ledgerHours,
  ledgerObject,
  ledgerPrefix,
  warehouseOf,
} from '../../core/ledger';
import { historyAttempt, type LedgerAttempt } from '../../core/ledger-attempt';
import type { Row } from '../../core/states';
import type { TestTwin } from '../../testkit/test-twin';
import { WrongOutcome } from './wrong-outcome';

/** What becomes of the ledgers between two executions. */
export const LEDGER_FAULTS = ['deleted', 'rolled back', 'exchanged', 'cut off'] as const;
export type LedgerFault = (typeof LEDGER_FAULTS)[number];

/** The ledgers of the datasets of a history, as anybody leaves them who may write to the bucket. */
export class Ledgers {
  /** The objects' texts by key, as they were before the last execution. */
  private before: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly twin: TestTwin,
    private readonly datasets: readonly string[],
  ) {}

  /** Is called before each execution. */
  async disturb(fault: LedgerFault | undefined): Promise<void> {
    const now = await this.read();
    const keys = [...now.keys()];
    switch (fault) {
      case 'deleted':
        for (const key of keys) await this.delete(key);
        break;
      case 'rolled back':
        for (const key of keys) {
          const text = this.before.get(key);
          if (text === undefined) await this.delete(key);
          else await this.twin.put(key, text);
        }
        break;
      case 'exchanged':
        for (const [index, key] of keys.entries())
          await this.twin.put(key, now.get(keys[(index + 1) % keys.length] ?? key) ?? '');
        break;
      case 'cut off':
        for (const [key, text] of now) await this.twin.put(key, text.slice(0, text.length / 2));
        break;
    }
    this.before = now;
  }

  /** @throws WrongOutcome if a ledger is not as the load history. */
  async assertTrue(range: { readonly from: string; readonly to: string }): Promise<void> {
    const texts = await this.read();
    const columns = COLUMNS.join(', ');
    const { rows } = await this.twin.sql(`SELECT ${columns} FROM sluice.load_history`);
    const attempts = rows.map((row): Row =>
      Object.fromEntries(COLUMNS.map((name, at) => [name, row[at] ?? null])),
    );
    for (const dataset of this.twin.connection.datasets.filter(({ name }) => this.datasets.includes(name))) {
      const ledger = new Map([...texts].flatMap(([key, text]) => this.hoursOf(dataset, key, text)));
      const history = byHour(attempts.filter((row) => row.dataset === dataset.name).map(historyAttempt));
      const [wrong] = [...changedHours(ledger, history, range)].filter(
        ([hour, right]) => (ledger.get(hour)?.length ?? 0) > 0 || !right.every(isOfNothing),
      );
      if (!wrong) continue;
      const [hour, right] = wrong;
      throw new WrongOutcome(`the ledger of ${dataset.name} is wrong in hour ${hour}`, [
        `ledger   ${JSON.stringify(ledger.get(hour) ?? [])}`,
        `history  ${JSON.stringify(right)}`,
      ]);
    }
  }

  private hoursOf(dataset: Dataset, key: string, text: string) {
    const owner = {
      dataset: dataset.name,
      warehouse: warehouseOf(warehousePlace(this.twin.connection), dataset),
    };
    const object = key.startsWith(ledgerFolder(owner)) ? ledgerObject(owner, key) : undefined;
    return object && 'day' in object ? [...ledgerHours({ ...owner, day: object.day }, text)] : [];
  }

  private async read(): Promise<ReadonlyMap<string, string>> {
    const { s3, bucket: Bucket } = this.twin.connection;
    const texts = new Map<string, string>();
    for (const dataset of this.datasets) {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: ledgerPrefix(dataset) }),
      );
      for (const { Key = '' } of Contents) {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        texts.set(Key, (await Body?.transformToString()) ?? '');
      }
    }
    return texts;
  }

  private async delete(Key: string): Promise<void> {
    const { s3, bucket: Bucket } = this.twin.connection;
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }
}

/** Somebody asked for an hour in which nothing was. Nothing is due in it, so nobody asks the history. */
const isOfNothing = ({ outcome, fingerprint }: LedgerAttempt) =>
  outcome === 'empty' && fingerprint === EMPTY_FINGERPRINT;

const COLUMNS = [
  ...['dataset', 'partition', 'execution', 'outcome', 'reason', 'fingerprint', 'plan_key', 'quarantined'],
  ...['merge_number', 'built_on', 'failures', 'files', 'rows_in_files', 'staged', 'duplicates', 'superseded'],
  ...['deleted', 'inserted', 'started', 'finished', 'error', 'cause', 'fix'],
] as const;
