import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { accountOf } from '../../core/arn';
import { hourOf, isHour, startOfHour, HOUR_MILLISECONDS, type Hour } from '../../core/hour';
import type { AwsJsonService } from '../http/aws-json-service';
import type { RequestContext } from '../http/request-context';
import type { LambdaRuntime } from '../lambda/lambda-runtime';
import type { ObjectStore } from '../s3/object-store';
import { ServiceError } from '../service-error';
import { Delivery, type Delivered, type DeliveryResources } from './delivery';
import type { DeliveryStream } from './delivery-stream';
import { describeDeliveryStream, listDeliveryStreams } from './descriptions';
import { invalidArgument } from './errors';
import { Journal, type AcceptedRecord } from './journal';
import { ParquetWriter } from './parquet-writer';
import { dataSize, MAX_BATCH_BYTES, parseInput, REQUESTS, type OperationName } from './requests';

export interface FirehoseOptions {
  readonly streams: readonly DeliveryStream[];
  readonly store: ObjectStore;
  readonly lambda: LambdaRuntime;
  /** Store and Lambda as a stream's role sees them. Default: those above. */
  readonly asRoleOf?: (stream: DeliveryStream) => {
    readonly store: ObjectStore;
    readonly lambda: LambdaRuntime;
  };
  /** Folder for the journal of accepted records and for unfinished files, on the store's file system. */
  readonly directory: string;
  readonly clock?: () => Date;
  /** Called when a delivery failed and will be retried. Default: a line on standard error. */
  readonly onDeliveryFailure?: (failure: { readonly stream: string; readonly error: unknown }) => void;
}

/** The header with which a client sets another hour of arrival, `2026-11-23T08`. AWS has no such header. */
export const ARRIVAL_HEADER = 'x-sluice-arrival';

/** AWS retries for up to 24 hours, the twin until it succeeds. */
const RETRY_MILLISECONDS = 5_000;

/** Accepted records of one stream and one hour of arrival, until they are delivered. */
interface ArrivalBuffer {
  readonly hour: Hour;
  readonly journal: Journal;
  bytes: number;
  timer?: NodeJS.Timeout | undefined;
  /** The waiting or running delivery. */
  delivery?: Promise<Delivered[]> | undefined;
}

interface RunningStream {
  readonly definition: DeliveryStream;
  readonly delivery: Delivery;
  readonly directory: string;
  readonly created: Date;
  /** Buffers that still accept records, by hour. */
  readonly open: Map<Hour, ArrivalBuffer>;
  /** Buffers that accept no more records and are not delivered yet. */
  readonly sealed: Set<ArrivalBuffer>;
}

/**
 * Firehose with direct puts, a Lambda transform, conversion to Parquet and an S3 destination. A record is acknowledged
 * once it is in the journal, and a journal is removed once its objects are in S3. So an accepted record is delivered at
 * least once, even if the process is killed.
 */
export class FirehoseService implements AwsJsonService {
  readonly name = 'firehose';
  readonly target = 'Firehose_20150804';
  readonly contentType = 'application/x-amz-json-1.1';

  private readonly streams = new Map<string, RunningStream>();
  private readonly clock: () => Date;
  private readonly parquet = new ParquetWriter();
  private readonly aborter = new AbortController();
  /** Deliveries run one after the other, because each uses all memory and processor time that it can get. */
  private queue: Promise<unknown> = Promise.resolve();
  private sequence = 0;

  /**
   * Recovers the records that an earlier process accepted and did not deliver.
   * @throws ServiceError InvalidArgumentException for a stream that Firehose or the twin does not accept
   */
  constructor(private readonly options: FirehoseOptions) {
    this.clock = options.clock ?? (() => new Date());
    const temporary = join(options.directory, 'temporary');
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const { store, lambda } = options;
    const resources = { store, lambda, parquet: this.parquet, temporary, now: this.clock };
    for (const definition of options.streams) {
      const own = { ...resources, ...options.asRoleOf?.(definition) };
      this.streams.set(definition.name, this.start(definition, own));
    }
  }

  async call(operation: string, input: unknown, request: RequestContext): Promise<unknown> {
    if (!Object.hasOwn(REQUESTS, operation)) {
      throw new ServiceError(
        'UnknownOperationException',
        `The operation ${operation} is not supported by the twin.`,
      );
    }
    switch (operation as OperationName) {
      case 'PutRecord': {
        const { DeliveryStreamName: name, Record: record } = parseInput('PutRecord', input);
        return this.putRecord(this.stream(name), record.Data, request);
      }
      case 'PutRecordBatch': {
        const { DeliveryStreamName: name, Records: records } = parseInput('PutRecordBatch', input);
        return this.putRecordBatch(
          this.stream(name),
          records.map((record) => record.Data),
          request,
        );
      }
      case 'DescribeDeliveryStream': {
        const { definition, created } = this.stream(
          parseInput('DescribeDeliveryStream', input).DeliveryStreamName,
        );
        return describeDeliveryStream(definition, created);
      }
      case 'ListDeliveryStreams':
        return listDeliveryStreams([...this.streams.keys()], parseInput('ListDeliveryStreams', input));
    }
  }

  subject(_operation: string, input: unknown): string {
    const name = (input as { DeliveryStreamName?: unknown } | null)?.DeliveryStreamName;
    return typeof name === 'string' ? name : '';
  }

  /**
   * Delivers the buffered records of one stream, or of all, at once.
   * @returns every object written, including error objects.
   * @throws ServiceError ResourceNotFoundException; or the error of a failed delivery, whose records stay buffered.
   */
  async flush(streamName?: string): Promise<Delivered[]> {
    const streams = streamName === undefined ? [...this.streams.values()] : [this.stream(streamName)];
    const deliveries = streams.flatMap((stream) => {
      for (const buffer of stream.open.values()) this.seal(stream, buffer);
      return [...stream.sealed].map((buffer) => this.deliver(stream, buffer));
    });
    const outcomes = await Promise.allSettled(deliveries);
    return outcomes.flatMap((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  }

  /** Stops deliveries. Buffered records stay in the journal for the next start. */
  async close(): Promise<void> {
    this.aborter.abort(new Error('Firehose was closed'));
    const buffers = [...this.streams.values()].flatMap((stream) => [
      ...stream.open.values(),
      ...stream.sealed,
    ]);
    for (const buffer of buffers) clearTimeout(buffer.timer);
    await this.queue;
    await Promise.all(buffers.map((buffer) => buffer.journal.close()));
    await this.parquet.close();
  }

  private async putRecord(stream: RunningStream, data: string, request: RequestContext): Promise<object> {
    const [id] = await this.accept(stream, [data], request);
    return { RecordId: id, Encrypted: false };
  }

  private async putRecordBatch(
    stream: RunningStream,
    data: readonly string[],
    request: RequestContext,
  ): Promise<object> {
    if (data.reduce((sum, record) => sum + dataSize(record), 0) > MAX_BATCH_BYTES) {
      throw invalidArgument('Records size exceeds 4 MB limit');
    }
    const ids = await this.accept(stream, data, request);
    return { FailedPutCount: 0, Encrypted: false, RequestResponses: ids.map((RecordId) => ({ RecordId })) };
  }

  /** @returns the public record ids, once the records are in the journal. */
  private async accept(
    stream: RunningStream,
    data: readonly string[],
    request: RequestContext,
  ): Promise<string[]> {
    const arrival = this.arrivalOf(request);
    const records = data.map((record): AcceptedRecord => ({
      recordId: this.nextRecordId(),
      approximateArrivalTimestamp: arrival.getTime(),
      data: record,
    }));
    const buffer = this.bufferFor(stream, hourOf(arrival));
    buffer.bytes += data.reduce((sum, record) => sum + dataSize(record), 0);
    const appended = buffer.journal.append(records);
    // The buffer is sealed before the append ends: the delivery waits for it, and later records go to another buffer.
    if (buffer.bytes >= stream.definition.buffering.sizeInMBs * 1024 ** 2) {
      this.seal(stream, buffer);
      this.deliverInBackground(stream, buffer);
    }
    await appended;
    return publicRecordIds(records.length);
  }

  /** Now, or the same minute and second in the hour that the arrival header names. */
  private arrivalOf(request: RequestContext): Date {
    const now = this.clock();
    const hour = request.headers[ARRIVAL_HEADER];
    if (hour === undefined) return now;
    if (!isHour(hour))
      throw invalidArgument(`${ARRIVAL_HEADER} must be an hour in UTC such as 2026-11-23T08, not "${hour}".`);
    return new Date(startOfHour(hour).getTime() + (now.getTime() % HOUR_MILLISECONDS));
  }

  /** 56 increasing digits, as Firehose has them, that no earlier process has used. */
  private nextRecordId(): string {
    this.sequence += 1;
    return `49${String(Date.now()).padStart(24, '0')}${String(this.sequence).padStart(24, '0')}000000`;
  }

  private bufferFor(stream: RunningStream, hour: Hour): ArrivalBuffer {
    const existing = stream.open.get(hour);
    if (existing) return existing;
    const journal = new Journal(join(stream.directory, `${hour}_${randomUUID()}.jsonl`));
    const buffer: ArrivalBuffer = { hour, journal, bytes: 0 };
    stream.open.set(hour, buffer);
    this.deliverAfter(stream, buffer, stream.definition.buffering.intervalInSeconds * 1000);
    return buffer;
  }

  private seal(stream: RunningStream, buffer: ArrivalBuffer): void {
    if (stream.open.get(buffer.hour) === buffer) stream.open.delete(buffer.hour);
    stream.sealed.add(buffer);
  }

  private deliverAfter(stream: RunningStream, buffer: ArrivalBuffer, milliseconds: number): void {
    clearTimeout(buffer.timer);
    buffer.timer = setTimeout(() => {
      this.seal(stream, buffer);
      this.deliverInBackground(stream, buffer);
    }, milliseconds);
    buffer.timer.unref();
  }

  private deliverInBackground(stream: RunningStream, buffer: ArrivalBuffer): void {
    // `deliver` reports and retries failures.
    this.deliver(stream, buffer).catch(() => undefined);
  }

  private deliver(stream: RunningStream, buffer: ArrivalBuffer): Promise<Delivered[]> {
    if (buffer.delivery) return buffer.delivery;
    clearTimeout(buffer.timer);
    buffer.delivery = this.queue.then(async () => {
      try {
        this.aborter.signal.throwIfAborted();
        await buffer.journal.close();
        const delivered = await stream.delivery.deliver(buffer.journal.path, this.aborter.signal);
        await buffer.journal.remove();
        stream.sealed.delete(buffer);
        return delivered;
      } catch (error) {
        buffer.delivery = undefined;
        if (!this.aborter.signal.aborted) {
          this.report(stream.definition.name, error);
          this.deliverAfter(stream, buffer, RETRY_MILLISECONDS);
        }
        throw error;
      }
    });
    this.queue = buffer.delivery.catch(() => undefined);
    return buffer.delivery;
  }

  private report(stream: string, error: unknown): void {
    const report = this.options.onDeliveryFailure;
    if (report) report({ stream, error });
    else console.error(`Firehose stream ${stream}: a delivery failed and will be tried again.`, error);
  }

  private start(definition: DeliveryStream, resources: DeliveryResources): RunningStream {
    const { sizeInMBs, intervalInSeconds } = definition.buffering;
    // The bounds for format conversion: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
    if (sizeInMBs < 64 || sizeInMBs > 128 || intervalInSeconds < 0 || intervalInSeconds > 900) {
      throw invalidArgument(
        'BufferingHints: with format conversion, SizeInMBs is 64 to 128 and IntervalInSeconds 0 to 900.',
      );
    }
    const directory = join(this.options.directory, `stream=${definition.name}`);
    mkdirSync(directory, { recursive: true });
    const stream: RunningStream = {
      definition,
      delivery: new Delivery(definition, resources),
      directory,
      created: this.clock(),
      open: new Map(),
      sealed: new Set(),
    };
    for (const file of readdirSync(directory)) this.recover(stream, file);
    return stream;
  }

  /** Recovers a journal of an earlier process. Its delivery is due at the original time. */
  private recover(stream: RunningStream, file: string): void {
    const path = join(stream.directory, file);
    const { birthtimeMs } = statSync(path);
    const buffer: ArrivalBuffer = {
      hour: file.slice(0, file.indexOf('_')),
      journal: new Journal(path),
      bytes: 0,
    };
    stream.sealed.add(buffer);
    const due = birthtimeMs + stream.definition.buffering.intervalInSeconds * 1000;
    this.deliverAfter(stream, buffer, Math.max(0, due - Date.now()));
  }

  private stream(name: string): RunningStream {
    const stream = this.streams.get(name);
    if (stream) return stream;
    const [any] = this.streams.values();
    const account = any ? accountOf(any.definition.arn) : '000000000000';
    throw new ServiceError(
      'ResourceNotFoundException',
      `Firehose ${name} under account ${account} not found.`,
    );
  }
}

/** Opaque ids, different from those that the transform function sees. */
function publicRecordIds(count: number): string[] {
  const length = 48;
  const bytes = randomBytes(count * length);
  return Array.from({ length: count }, (_, index) =>
    bytes.toString('base64', index * length, (index + 1) * length),
  );
}
