import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { add, counts, type Counts } from '../../core/usage';
import { addTo, secondsOf, union, type Seconds } from '../../core/warehouse-windows';
import { reportDisk } from '../disk';
import { parseJsonLines, readIfPresent, writeWhole } from '../files';
import type { ServiceName } from '../service-name';

/** What was counted from a time on. */
export interface Metered {
  /** By minute, in order. */
  readonly minutes: readonly { readonly start: Date; readonly counts: Counts }[];
  /** When statements ran: their union, in order. */
  readonly statements: readonly Seconds[];
}

/** Where the meter's time is. A test may set it ahead, and so let a month pass in a minute. */
export interface MeterClock {
  /** Milliseconds that the meter's time is ahead of the system's. */
  ahead: number;
}

const day = z.object({
  /** `2026-11-23T08:15` → what was counted in that minute. */
  minutes: z.record(z.string(), counts),
  /** Starts and ends in seconds since 1970. */
  statements: z.array(z.tuple([z.number(), z.number()])),
});

interface Day {
  readonly minutes: Record<string, Counts>;
  /** A union, in order. */
  readonly statements: Seconds[];
}

/** As long as CloudWatch keeps metrics. Source: Amazon CloudWatch User Guide, "Metrics retention". */
const KEPT_DAYS = 455;
const DAY_MS = 24 * 60 * 60 * 1000;
/** The name of a day's file, or of one that was set aside. */
const OF_DAY = /^\d{4}-\d\d-\d\d\.json/;
/** How long counts wait to be written, in milliseconds: a kill loses at most so much, unless the disk refuses. */
export const WRITE_AFTER_MS = 5_000;

/**
 * Counts what AWS would bill for: the one owner of what is counted and how. Services say what happens. One file a day
 * holds the counts of each minute and the times of the statements, so they survive a restart, and a file stays small. What it cannot count or write it reports; it never throws into the
 * service that it counts for.
 */
export class Meter {
  readonly clock: MeterClock = { ahead: 0 };
  /** The days that were changed and are not written yet, and the current one. */
  private readonly days = new Map<string, Day>();
  private readonly changed = new Set<string>();
  /** The day on which old files were last removed. */
  private purged = '';
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly directory: string) {
    this.purge();
  }

  executionStarted(stateMachine: string): void {
    this.count({ executions: { [stateMachine]: 1 } });
  }

  /** A state was entered, or its work is tried again. */
  transition(): void {
    this.count({ transitions: 1 });
  }

  /**
   * An invocation that Lambda did not refuse has ended.
   * @param initMs how long the environment was loaded for it; undefined for a warm one.
   */
  invocation(name: string, memoryMB: number, durationMs: number, initMs = 0): void {
    const billed = billedMilliseconds(durationMs, initMs);
    this.count({
      functions: { [name]: { calls: 1, duration_ms: durationMs, mb_ms: memoryMB * billed } },
    });
  }

  /** A request has arrived. @param bytes of the body, of the request or of the answer. */
  request(service: ServiceName, operation: string, bytes = 0): void {
    if (service === 's3') this.count({ s3: { [operation]: { requests: 1, bytes } } });
    if (service === 'redshift-data') this.count({ data_api: { [operation]: 1 } });
    if (service === 'sns' && operation === 'Publish') this.count({ messages: 1 });
  }

  /**
   * The warehouse has worked, for a statement or for a call that reads its catalog.
   * @param ahead what the clock was ahead at the start. Default: as much as at the end.
   */
  statement(start: Date, end: Date, ahead = this.clock.ahead): void {
    const seconds = secondsOf(start.getTime() + ahead, end.getTime() + this.clock.ahead);
    this.change(new Date(seconds.start * 1_000), ({ statements }) => addTo(statements, seconds));
  }

  /**
   * What was counted from the minute of one time to the minute of another, both included. Of a statement that runs when
   * the first minute begins, the rest counts.
   */
  read(since: Date, until: Date): Metered {
    const [first, last] = [this.textOf(since), this.textOf(until)];
    const start = timeOf(first).getTime() / 1_000;
    const end = timeOf(last).getTime() / 1_000 + 60;
    // A statement may have begun on the day before.
    const from = this.textOf(new Date(since.getTime() - DAY_MS)).slice(0, 10);
    const days = [...new Set([...this.written(), ...this.days.keys()])]
      .filter((name) => name >= from && name <= last)
      .sort()
      .map((name) => this.day(name));
    this.forget();
    const minutes = days
      .flatMap((each) => Object.entries(each.minutes))
      .filter(([minute]) => minute >= first && minute <= last)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    const statements = days
      .flatMap((each) => each.statements)
      .filter((each) => each.end > start && each.start < end)
      .map((each) => ({ start: Math.max(each.start, start), end: each.end }));
    return {
      minutes: minutes.map(([minute, each]) => ({ start: timeOf(minute), counts: each })),
      statements: union(statements),
    };
  }

  /** The minute in which the first thing was counted; the current one, if there is nothing. */
  begin(): Date {
    const now = this.textOf(new Date(this.now()));
    const [first] = [...this.written(), ...this.days.keys()].sort();
    if (first === undefined) return timeOf(now);
    const { minutes, statements } = this.day(first);
    const begun = statements.map(({ start }) => this.textOf(new Date(start * 1_000)));
    return timeOf([...Object.keys(minutes), ...begun, now].sort()[0]!);
  }

  /** Milliseconds since 1970, of the meter's time. */
  now(): number {
    return Date.now() + this.clock.ahead;
  }

  /** Writes what is not written yet. What ends later is not counted: the directory may be gone. */
  close(): Promise<void> {
    clearTimeout(this.timer);
    this.write();
    clearTimeout(this.timer);
    this.isClosed = true;
    return Promise.resolve();
  }

  private count(more: Counts): void {
    const now = new Date(this.now());
    const minute = this.textOf(now);
    this.change(now, ({ minutes }) => (minutes[minute] = add(minutes[minute] ?? {}, more)));
  }

  private change(at: Date, change: (day: Day) => void): void {
    if (this.isClosed) return;
    try {
      const name = this.dayOf(at);
      change(this.day(name));
      this.changed.add(name);
    } catch (error) {
      reportDisk(error);
    }
    this.writeLater();
  }

  private writeLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.write();
    }, WRITE_AFTER_MS).unref();
  }

  /** What cannot be written is kept, and tried again. Whoever deletes the directory gets it again. */
  private write(): void {
    try {
      mkdirSync(this.directory, { recursive: true });
      for (const name of this.changed) {
        const { minutes, statements } = this.days.get(name)!;
        const text = JSON.stringify({
          minutes,
          statements: statements.map(({ start, end }) => [start, end]),
        });
        writeWhole(this.path(name), text);
        this.changed.delete(name);
      }
      this.forget();
      this.purge();
    } catch (error) {
      reportDisk(error);
      this.writeLater();
    }
  }

  /** Removes the files of days that are no longer kept, once a day. */
  private purge(): void {
    const today = this.dayOf(new Date(this.now()));
    if (today === this.purged) return;
    mkdirSync(this.directory, { recursive: true });
    const oldest = this.dayOf(new Date(this.now() - KEPT_DAYS * DAY_MS));
    for (const file of readdirSync(this.directory))
      if (OF_DAY.test(file) && file < oldest) rmSync(join(this.directory, file));
    this.purged = today;
  }

  /** Keeps no more in memory than the current day and what is not written yet. */
  private forget(): void {
    const today = this.dayOf(new Date(this.now()));
    for (const name of this.days.keys())
      if (name !== today && !this.changed.has(name)) this.days.delete(name);
  }

  private day(name: string): Day {
    const known = this.days.get(name);
    if (known) return known;
    const text = readIfPresent(this.path(name));
    let entry = text === undefined ? { minutes: {}, statements: [] } : parsed(text);
    if (entry === undefined) {
      const aside = `${this.path(name)}.unreadable-${Date.now()}`;
      renameSync(this.path(name), aside);
      console.error(
        `The meter cannot read what it counted on ${name}, and begins that day anew. The file is now ${aside}.`,
      );
      entry = { minutes: {}, statements: [] };
    }
    this.days.set(name, entry);
    return entry;
  }

  /** The days that have a file. */
  private written(): string[] {
    if (!existsSync(this.directory)) return [];
    return readdirSync(this.directory)
      .filter((file) => OF_DAY.test(file) && file.endsWith('.json'))
      .map((file) => file.slice(0, 10));
  }

  private path(name: string): string {
    return join(this.directory, `${name}.json`);
  }

  /** `2026-11-23T08:15` */
  private textOf(time: Date): string {
    return time.toISOString().slice(0, 16);
  }

  /** `2026-11-23` */
  private dayOf(time: Date): string {
    return time.toISOString().slice(0, 10);
  }
}

/** @returns undefined for the text of a file that a crash of the machine left unreadable. */
function parsed(text: string): Day | undefined {
  const { data } = day.safeParse(parseJsonLines(text)[0]);
  return data && { ...data, statements: data.statements.map(([start, end]) => ({ start, end })) };
}

const timeOf = (minute: string): Date => new Date(`${minute}Z`);

/**
 * Lambda rounds a call up to the next millisecond. Since August 2025 the time to load a function counts for every kind of
 * runtime and package. Source: AWS Compute Blog, "AWS Lambda standardizes billing for INIT Phase".
 */
export const billedMilliseconds = (durationMs: number, initMs = 0): number => Math.ceil(durationMs + initMs);
