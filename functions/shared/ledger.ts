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
  ENDED_TEXT,
  dayOf,
  hoursOfRunning,
  ledgerDayOf,
  ledgerFolder,
  ledgerHours,
  ledgerKey,
  ledgerObject,
  runningKey,
  runningText,
  toldKey,
  warehouseOf,
  type LedgerChanges,
  type LedgerHours,
  type LedgerOwner,
  type WarehousePlace,
} from '../../core/ledger';
import { toldOf, type Told } from '../../core/news';
import { inParallel } from './in-parallel';

/** Objects that are read or written at the same time. */
const CONCURRENT_DAYS = 16;
/** Other executions write a day at most as often as they end in the same moment. */
const MOST_WRITES = 20;

/** Where a ledger is, and of which warehouse it tells. */
export interface LedgerPlace extends WarehousePlace {
  readonly client: S3Client;
  readonly bucket: string;
  /** Is told of an object that may not be read or deleted. */
  readonly warn?: (error: LoadError) => void;
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
  /** The oldest day of which it tells; undefined: none. */
  readonly firstDay: string | undefined;
  /** False: it has a day that tells nothing, or that may not be read. */
  readonly isWhole: boolean;
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
    const { hours, isWhole } = await this.hoursOfDays(read);
    const asked = new Map(hours.filter(([hour]) => hour >= from && hour <= to));
    return { hours: asked, running, firstDay: [...days].sort()[0], isWhole };
  }

  /** The attempts on some hours. */
  async attemptsOn(hours: readonly Hour[]): Promise<LedgerHours> {
    const days = [...new Set(hours.map(dayOf))];
    const read = await this.hoursOfDays(days);
    return new Map(read.hours.filter(([hour]) => hours.includes(hour)));
  }

  private async hoursOfDays(days: readonly string[]) {
    let isWhole = true;
    const read = await inParallel(days, CONCURRENT_DAYS, async (day) => {
      // An object that may not be read tells nothing. The others still do.
      const object = await this.allowed(() => this.object(this.keyOf(day)));
      const subject = { ...this.owner, day };
      if (ledgerDayOf(subject, object?.text) === undefined) isWhole = false;
      return [...ledgerHours(subject, object?.text)];
    });
    return { hours: read.flat(), isWhole };
  }

  /** Says that an execution loads hours, before it copies anything. */
  async begin(execution: string, hours: readonly Hour[]): Promise<void> {
    await this.write(runningKey(this.owner, execution), runningText(hours), {});
  }

  /** The hours that a running execution loads; undefined if it has ended since. */
  async hoursOf({ execution }: RunningExecution): Promise<readonly Hour[] | undefined> {
    // An object that may not be read tells of no hours.
    const read = await this.allowed(async () => ({
      object: await this.object(runningKey(this.owner, execution)),
    }));
    if (read === undefined) return [];
    return read.object && hoursOfRunning(read.object.text);
  }

  /** Says that the ledger has all that there is to tell of an execution. */
  async end(execution: string): Promise<void> {
    const { client, bucket: Bucket } = this.place;
    const Key = runningKey(this.owner, execution);
    const isDeleted = await this.allowed(() =>
      explained(`DeleteObject s3://${Bucket}/${Key}`, async () => {
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
        return true;
      }),
    );
    if (isDeleted !== true) await this.write(Key, ENDED_TEXT, {});
  }

  /** @returns undefined if access is denied. */
  private async allowed<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof LoadError) || error.name !== 'AccessDenied') throw error;
      this.place.warn?.(error);
      return undefined;
    }
  }

  /**
   * Changes the ledger, with a conditional write for each day: what another execution writes in between is kept.
   * @throws LoadError FileChanged if others write again and again
   */
  async change({
    asked = new Map(),
    told = new Map(),
    ended = new Map(),
  }: Partial<LedgerChanges>): Promise<void> {
    const days = new Set([...asked.keys(), ...ended.keys()].map(dayOf));
    await inParallel([...days], CONCURRENT_DAYS, async (day) => {
      const isOfDay = ([hour]: readonly [Hour, unknown]) => dayOf(hour) === day;
      const changes = {
        asked: new Map([...asked].filter(isOfDay)),
        told,
        ended: new Map([...ended].filter(isOfDay)),
      };
      await this.rewrite(this.keyOf(day), (text) => changedLedger({ ...this.owner, day }, text, changes));
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
      await this.rewrite(this.keyOf(day), (text) => {
        const lost = [...ledgerHours(subject, text).keys()].map((hour) => [hour, []] as const);
        const asked: LedgerHours = new Map([...lost, ...known]);
        return changedLedger(subject, undefined, { asked, ended: new Map() });
      });
    });
    return days.length;
  }

  /**
   * Decides what is news, and notes that it is told.
   * @param decide is called with what was told before, again if another execution has told something in between.
   */
  async tell<News extends { readonly told: Told }>(
    decide: (owner: LedgerOwner, before: Told | undefined) => News,
  ): Promise<News> {
    let news: News | undefined;
    await this.rewrite(toldKey(this.owner), (text) => {
      const before = toldOf(this.owner, text);
      news = decide(this.owner, before);
      const { failures, stopped } = news.told;
      const isNothing = before === undefined && !stopped && Object.keys(failures).length === 0;
      return isNothing ? text : JSON.stringify(news.told);
    });
    if (news === undefined) throw new RangeError('nothing was decided');
    return news;
  }

  /** @param changed gives the object's new text; undefined: there is none, and none is to be. */
  private async rewrite(
    key: string,
    changed: (text: string | undefined) => string | undefined,
  ): Promise<void> {
    for (let writes = 0; writes < MOST_WRITES; writes += 1) {
      const before = await this.object(key);
      const text = changed(before?.text);
      const condition = before === undefined ? { IfNoneMatch: '*' } : { IfMatch: before.etag };
      if (text === undefined || text === before?.text || (await this.write(key, text, condition))) return;
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
        for (const { Key = '', LastModified = new Date(0), Size } of Contents) {
          const object = ledgerObject(this.owner, Key);
          if (object === undefined) continue;
          if ('day' in object) days.push(object.day);
          else if (Size !== ENDED_TEXT.length)
            running.push({ execution: object.running, since: LastModified });
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
