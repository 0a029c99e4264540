import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LambdaRuntime } from '../lambda/lambda-runtime';
import type { ObjectStore } from '../s3/object-store';
import type { DeliveryStream } from './delivery-stream';
import { Deserializer, type ConversionFailure } from './deserializer';
import { readJournal, type AcceptedRecord } from './journal';
import { LineFile } from './line-file';
import { mapInOrder } from './map-in-order';
import type { ParquetWriter } from './parquet-writer';
import { compileErrorPrefix, compilePrefix, type ErrorOutputType, type Prefix } from './prefix';
import { batchesOf, transform, type Transformed } from './transform';

/** An object that a delivery wrote. */
export interface Delivered {
  readonly bucket: string;
  readonly key: string;
  /** Rows of a Parquet object, failed records of an error object. */
  readonly records: number;
}

/** The destination's version: the twin's streams are never updated. */
export const VERSION_ID = '1';
const CONTENT_TYPE = 'application/octet-stream';
/** Invocations of the transform function at a time: one runs while the answer of the other is converted. */
const CONCURRENT_INVOCATIONS = 2;

/** What deliveries need from outside. */
export interface DeliveryResources {
  readonly store: ObjectStore;
  readonly lambda: LambdaRuntime;
  readonly parquet: ParquetWriter;
  /** Folder for unfinished files, on the store's file system. */
  readonly temporary: string;
  readonly now: () => Date;
}

/** Delivers one stream's buffers: transform, conversion to Parquet, objects. */
export class Delivery {
  private readonly prefix: Prefix;
  private readonly errorPrefix: Prefix;
  private readonly deserializer: Deserializer;

  /** @throws ServiceError InvalidArgumentException for prefixes or columns that Firehose or the twin does not accept. */
  constructor(
    private readonly stream: DeliveryStream,
    private readonly resources: DeliveryResources,
  ) {
    this.prefix = compilePrefix(stream.prefix);
    this.errorPrefix = compileErrorPrefix(stream.errorPrefix);
    this.deserializer = new Deserializer(stream.columns);
  }

  /**
   * Delivers the records of a journal. A repeated delivery writes its objects again: Firehose promises to deliver each
   * record at least once.
   * @returns the objects written: error objects first, then the Parquet; none if every record was dropped.
   */
  async deliver(journal: string, signal: AbortSignal): Promise<Delivered[]> {
    const { temporary } = this.resources;
    const rows = new LineFile(temporary, '.rows');
    const failures: Record<ErrorOutputType, LineFile> = {
      'processing-failed': new LineFile(temporary, '.failed'),
      'format-conversion-failed': new LineFile(temporary, '.failed'),
    };
    let arrival: Date | undefined;
    try {
      for await (const batch of this.transformed(readJournal(journal), signal)) {
        for (const transformed of batch) {
          if (transformed.result === 'Dropped') continue;
          arrival ??= new Date(transformed.record.approximateArrivalTimestamp);
          await this.sort(transformed, rows, failures);
        }
      }
      // Every record was dropped, or the journal is empty.
      if (!arrival) return [];
      const delivered: Delivered[] = [];
      for (const type of ['processing-failed', 'format-conversion-failed'] as const) {
        await failures[type].close();
        if (failures[type].count === 0) continue;
        const key = this.objectName(this.errorPrefix(arrival, type), arrival);
        delivered.push(await this.store(key, failures[type].path, failures[type].count));
      }
      await rows.close();
      if (rows.count > 0) delivered.push(await this.storeParquet(rows, arrival));
      return delivered;
    } finally {
      await Promise.all([rows, ...Object.values(failures)].map((file) => file.remove()));
    }
  }

  private transformed(
    records: AsyncIterable<AcceptedRecord>,
    signal: AbortSignal,
  ): AsyncIterable<readonly Transformed[]> {
    const { stream, resources } = this;
    const processor = stream.transform;
    return mapInOrder(
      batchesOf(records, processor?.bufferMegabytes),
      CONCURRENT_INVOCATIONS,
      async (batch) =>
        processor
          ? transform(resources.lambda, stream, processor, batch, signal)
          : batch.map((record) => ({ result: 'Ok' as const, record, data: record.data })),
    );
  }

  /** Writes a record's rows to the Parquet input, or its failure to the error file. */
  private async sort(
    transformed: Exclude<Transformed, { result: 'Dropped' }>,
    rows: LineFile,
    failures: Record<ErrorOutputType, LineFile>,
  ): Promise<void> {
    if (transformed.result === 'ProcessingFailed') {
      return failures['processing-failed'].append(this.processingFailure(transformed));
    }
    const converted = this.deserializer.rows(Buffer.from(transformed.data, 'base64'));
    if ('code' in converted) {
      return failures['format-conversion-failed'].append(this.conversionFailure(transformed, converted));
    }
    for (const row of converted) await rows.append(row);
  }

  /**
   * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html, except that the page
   * spells the last member `lambdaArn` and the service writes `lambdaARN`.
   */
  private processingFailure({
    record,
    failure,
  }: Extract<Transformed, { result: 'ProcessingFailed' }>): string {
    return JSON.stringify({
      attemptsMade: failure.attemptsMade,
      arrivalTimestamp: record.approximateArrivalTimestamp,
      errorCode: failure.code,
      errorMessage: failure.message,
      attemptEndingTimestamp: this.resources.now().getTime(),
      rawData: record.data,
      lambdaARN: failure.lambdaArn,
    });
  }

  /**
   * https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html, with the member names
   * that the service writes (lastErrorCode, lastErrorMessage) and without dataCatalogTable: the twin has no Glue catalog.
   */
  private conversionFailure(
    { record, data }: Extract<Transformed, { result: 'Ok' }>,
    failure: ConversionFailure,
  ): string {
    return JSON.stringify({
      attemptsMade: 1,
      arrivalTimestamp: record.approximateArrivalTimestamp,
      lastErrorCode: failure.code,
      lastErrorMessage: failure.message,
      attemptEndingTimestamp: this.resources.now().getTime(),
      rawData: data,
      sequenceNumber: record.recordId,
      subSequenceNumber: null,
    });
  }

  private async storeParquet(rows: LineFile, arrival: Date): Promise<Delivered> {
    const path = join(this.resources.temporary, `${randomUUID()}.parquet`);
    try {
      await this.resources.parquet.write(this.deserializer.columns, rows.path, path);
      return await this.store(`${this.objectName(this.prefix(arrival), arrival)}.parquet`, path, rows.count);
    } finally {
      await rm(path, { force: true });
    }
  }

  private async store(key: string, path: string, records: number): Promise<Delivered> {
    const { bucket } = this.stream;
    await this.resources.store.putFile(bucket, key, path, CONTENT_TYPE);
    return { bucket, key, records };
  }

  /** `<prefix><stream>-<version>-yyyy-MM-dd-HH-mm-ss-<uuid>`: https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html */
  private objectName(prefix: string, arrival: Date): string {
    const time = arrival.toISOString().slice(0, 19).replace(/[T:]/g, '-');
    return `${prefix}${this.stream.name}-${VERSION_ID}-${time}-${randomUUID()}`;
  }
}
