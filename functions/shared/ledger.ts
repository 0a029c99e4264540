import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Dataset } from '../../core/dataset';
import { diagnoseClientError } from '../../core/diagnosis';
import { LoadError } from '../../core/errors';
import type { Hour } from '../../core/hour';
import {
  changedLedger,
  dayOf,
  hoursOfRunning,
  ledgerFolder,
  ledgerHours,
  ledgerKey,
  ledgerObject,
  runningKey,
  runningText,
  warehouseOf,
  type LedgerChanges,
  type LedgerHours,
  type LedgerOwner,
} from '../../core/ledger';
import { inParallel } from './in-parallel';

/** Objects that are read or written at the same time. */
const CONCURRENT_DAYS = 16;
/** Other executions write a day at most as often as they end in the same moment. */
const MOST_WRITES = 20;

/** Where a ledger is, and of which warehouse it tells. */
export interface LedgerPlace {
  readonly client: S3Client;
  readonly bucket: string;
  readonly workgroup: string;
  readonly database: string;
}

/** An execution that began to load, and of whose end the ledger does not tell. */
export interface RunningExecution {
  readonly execution: string;
  readonly since: Date;
}

/** What a ledger says. */
export interface LedgerContent {
  readonly hours: LedgerHours;
  readonly running: readonly RunningExecution[];
}

/** The ledger of a dataset in the lake. Its methods throw LoadErrors as diagnosed. */
export class Ledger {
  private readonly owner: LedgerOwner;

  constructor(
    private readonly place: LedgerPlace,
    dataset: Dataset,
  ) {
    this.owner = { dataset: dataset.name, warehouse: warehouseOf(place, dataset) };
  }

  /** The hours from `from` to `to`, both included; default: all. */
  async read({
    from = '',
    to = '~',
  }: { readonly from?: Hour; readonly to?: Hour } = {}): Promise<LedgerContent> {
    const { days, running } = await this.list();
    const read = days.filter((day) => day >= dayOf(from) && day <= dayOf(to));
    const hours = await inParallel(read, CONCURRENT_DAYS, async (day) => {
      const object = await this.object(this.keyOf(day));
      return [...ledgerHours({ ...this.owner, day }, object?.text)];
    });
    return { hours: new Map(hours.flat().filter(([hour]) => hour >= from && hour <= to)), running };
  }

  /** Says that an execution loads hours, before it copies anything. */
  async begin(execution: string, hours: readonly Hour[]): Promise<void> {
    await this.write(runningKey(this.owner, execution), runningText(hours), {});
  }

  /** The hours that a running execution loads. */
  async hoursOf({ execution }: RunningExecution): Promise<readonly Hour[]> {
    return hoursOfRunning((await this.object(runningKey(this.owner, execution)))?.text);
  }

  /** Says that the ledger has all that there is to tell of an execution. */
  async end(execution: string): Promise<void> {
    const { client, bucket: Bucket } = this.place;
    const Key = runningKey(this.owner, execution);
    await explained(`DeleteObject s3://${Bucket}/${Key}`, () =>
      client.send(new DeleteObjectCommand({ Bucket, Key })),
    );
  }

  /**
   * Changes the ledger, with a conditional write for each day: what another execution writes in between is kept.
   * @throws LoadError FileChanged if others write again and again
   */
  async change({ asked = new Map(), ended = new Map() }: Partial<LedgerChanges>): Promise<void> {
    const days = new Set([...asked.keys(), ...ended.keys()].map(dayOf));
    await inParallel([...days], CONCURRENT_DAYS, async (day) => {
      const isOfDay = ([hour]: readonly [Hour, unknown]) => dayOf(hour) === day;
      const changes = {
        asked: new Map([...asked].filter(isOfDay)),
        ended: new Map([...ended].filter(isOfDay)),
      };
      await this.rewrite(day, (text) => changedLedger({ ...this.owner, day }, text, changes));
    });
  }

  /**
   * Writes every day anew. An hour of which it told, and that the history does not have, stays to be loaded.
   * @param history all attempts. @returns the number of days.
   */
  async rebuild(history: LedgerHours): Promise<number> {
    const days = [...new Set([...(await this.list()).days, ...[...history.keys()].map(dayOf)])];
    await inParallel(days, CONCURRENT_DAYS, async (day) => {
      const subject = { ...this.owner, day };
      const known = [...history].filter(([hour]) => dayOf(hour) === day);
      await this.rewrite(day, (text) => {
        const told = [...ledgerHours(subject, text).keys()].map((hour) => [hour, []] as const);
        const asked: LedgerHours = new Map([...told, ...known]);
        return changedLedger(subject, undefined, { asked, ended: new Map() });
      });
    });
    return days.length;
  }

  private async rewrite(day: string, changed: (text: string | undefined) => string): Promise<void> {
    const key = this.keyOf(day);
    for (let writes = 0; writes < MOST_WRITES; writes += 1) {
      const before = await this.object(key);
      const text = changed(before?.text);
      const condition = before === undefined ? { IfNoneMatch: '*' } : { IfMatch: before.etag };
      if (text === before?.text || (await this.write(key, text, condition))) return;
    }
    throw new LoadError(
      'FileChanged',
      `s3://${this.place.bucket}/${key} was changed by others ${MOST_WRITES} times in a row.`,
      'Nothing to do: whoever writes it next makes up for it.',
    );
  }

  private async list(): Promise<{
    readonly days: readonly string[];
    readonly running: readonly RunningExecution[];
  }> {
    const { client, bucket: Bucket } = this.place;
    const Prefix = ledgerFolder(this.owner);
    return explained(`ListObjectsV2 s3://${Bucket}/${Prefix}`, async () => {
      const days: string[] = [];
      const running: RunningExecution[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
        for (const { Key = '', LastModified = new Date(0) } of Contents) {
          const object = ledgerObject(this.owner, Key);
          if (object === undefined) continue;
          if ('day' in object) days.push(object.day);
          else running.push({ execution: object.running, since: LastModified });
        }
      return { days, running };
    });
  }

  /** The text and the ETag of an object; undefined if there is none. */
  private async object(Key: string): Promise<{ readonly text: string; readonly etag: string } | undefined> {
    const { client, bucket: Bucket } = this.place;
    return explained(`GetObject s3://${Bucket}/${Key}`, async () => {
      try {
        const { Body, ETag = '' } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return { text: (await Body?.transformToString()) ?? '', etag: ETag };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  /**
   * Writes an object on a condition. @returns whether it held.
   * Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
   */
  private async write(
    Key: string,
    text: string,
    condition: { readonly IfMatch?: string; readonly IfNoneMatch?: string },
  ): Promise<boolean> {
    const { client, bucket: Bucket } = this.place;
    const object = { Bucket, Key, Body: text, ContentType: 'application/json' };
    return explained(`PutObject s3://${Bucket}/${Key}`, async () => {
      try {
        await client.send(new PutObjectCommand({ ...object, ...condition }));
        return true;
      } catch (error) {
        if (CHANGED.includes((error as Error).name)) return false;
        throw error;
      }
    });
  }

  private keyOf(day: string): string {
    return ledgerKey(this.owner, day);
  }
}

/** The answers to a conditional write of an object that is not, or no longer, as it was read. */
const CHANGED = ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'];

async function explained<Result>(call: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw diagnoseClientError(error, call);
  }
}
