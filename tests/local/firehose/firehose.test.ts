import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
} from '@aws-sdk/client-firehose';
import { DuckDBInstance } from '@duckdb/node-api';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Delivered } from '../../../local/firehose/delivery';
import type { DeliveryStream } from '../../../local/firehose/delivery-stream';
import type { FirehoseOptions, FirehoseService } from '../../../local/firehose/firehose-service';
import type { Invocation } from '../../../local/lambda/lambda-runtime';
import type { FileObjectStore } from '../../../local/s3/file-object-store';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { echo, openService, returned, serve, STREAM, type EventRecord } from './serve';

const TRANSFORM = {
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:transform-records',
  bufferMegabytes: 1,
  retries: 3,
};
const NOW = new Date('2026-11-23T08:30:15.250Z');

let directory: string;
let server: Server | undefined;
let service: FirehoseService;
let store: FileObjectStore;
let client: FirehoseClient;

beforeEach(() => {
  directory = temporaryFolder('sluice-firehose-');
});

afterEach(async () => {
  client?.destroy();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await service?.close();
  await rm(directory, { recursive: true, force: true });
});

async function open(
  stream: Partial<DeliveryStream> = {},
  invoke: (records: EventRecord[], event: Record<string, unknown>) => Invocation = echo,
  options: Partial<FirehoseOptions> = {},
): Promise<void> {
  const streams = [{ ...STREAM, ...stream }];
  ({ service, store } = openService(directory, streams, invoke, { clock: () => NOW, ...options }));
  if (store.bucketRegion(STREAM.bucket) === undefined) await store.createBucket(STREAM.bucket, 'us-east-1');
  await connect();
}

async function connect(): Promise<void> {
  const served = await serve(service);
  server = served.server;
  client = clientOf(served.endpoint);
}

function clientOf(endpoint: string): FirehoseClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new FirehoseClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

function put(...records: (string | object)[]) {
  return client.send(
    new PutRecordBatchCommand({
      DeliveryStreamName: STREAM.name,
      Records: records.map((record) => ({
        Data: Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)),
      })),
    }),
  );
}

async function putForHour(hour: string, ...records: object[]) {
  const command = new PutRecordBatchCommand({
    DeliveryStreamName: STREAM.name,
    Records: records.map((record) => ({ Data: Buffer.from(JSON.stringify(record)) })),
  });
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-sluice-arrival'] = hour;
      return next(args);
    },
    { step: 'build' },
  );
  return client.send(command);
}

/** The rows of a delivered Parquet file, with every value as text. */
async function rows(delivered: Delivered | undefined): Promise<Record<string, unknown>[]> {
  return query(`SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${await pathOf(delivered)}')`);
}

async function pathOf(delivered: Delivered | undefined): Promise<string> {
  return (await store.head(delivered?.bucket ?? '', delivered?.key ?? ''))?.path ?? '';
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function rowCount(path: string | undefined): Promise<number> {
  const [row] = await query(`SELECT count(*)::INT AS n FROM read_parquet('${path}')`);
  return row?.n as number;
}

async function failures(delivered: Delivered | undefined): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(await pathOf(delivered), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const decoded = (base64: unknown) => Buffer.from(base64 as string, 'base64').toString('utf8');
const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('delivery', () => {
  test('converts records to Parquet by the columns, under the prefix of their arrival hour', async () => {
    await open();
    const answer = await put(
      {
        TRIP_ID: 'é 😀 "quoted"',
        count: 7,
        big: '9007199254740993',
        distance: 1.5,
        amount: 12.1,
        paid: true,
        day: '2026-11-23',
        pickup: '2026-11-23T07:59:59.123456789Z',
        undeclared: { nested: [1] },
      },
      { trip_id: 'sparse' },
    );
    expect(answer).toMatchObject({ FailedPutCount: 0, Encrypted: false });
    expect(new Set(answer.RequestResponses?.map((entry) => entry.RecordId)).size).toBe(2);

    const [object, ...more] = await service.flush('trips');
    expect(more).toEqual([]);
    expect(object).toMatchObject({ bucket: 'lake-test', records: 2 });
    expect(object?.key).toMatch(
      /^trips\/year=2026\/month=11\/day=23\/hour=08\/trips-1-2026-11-23-08-30-15-[0-9a-f-]{36}\.parquet$/,
    );
    expect(await rows(object)).toEqual([
      {
        trip_id: 'é 😀 "quoted"',
        count: '7',
        big: '9007199254740993',
        distance: '1.5',
        amount: '12.10',
        paid: 'true',
        day: '2026-11-23',
        pickup: '2026-11-23 07:59:59.123456',
      },
      {
        trip_id: 'sparse',
        count: null,
        big: null,
        distance: null,
        amount: null,
        paid: null,
        day: null,
        pickup: null,
      },
    ]);
    expect(await service.flush()).toEqual([]);
  });

  test('writes Snappy-compressed columns with the declared types, in order', async () => {
    await open();
    await put({
      trip_id: 'a',
      count: 1,
      big: 1,
      distance: 1,
      amount: 1,
      paid: true,
      day: '2026-01-01',
      pickup: 0,
    });
    const [object] = await service.flush();
    const path = await pathOf(object);
    const schema = await query(`SELECT name, type FROM parquet_schema('${path}') WHERE type IS NOT NULL`);
    expect(schema.map(({ name, type }) => `${String(name)} ${String(type)}`)).toEqual([
      'trip_id BYTE_ARRAY',
      'count INT32',
      'big INT64',
      'distance DOUBLE',
      'amount INT64',
      'paid BOOLEAN',
      'day INT32',
      'pickup INT64',
    ]);
    const codecs = await query(`SELECT DISTINCT compression FROM parquet_metadata('${path}')`);
    expect(codecs).toEqual([{ compression: 'SNAPPY' }]);
  });

  test('buffers records in the hour that the arrival header names', async () => {
    const arrivals: number[] = [];
    await open({ transform: TRANSFORM }, (records) => {
      arrivals.push(...records.map((record) => record.approximateArrivalTimestamp));
      return echo(records);
    });
    await putForHour('2026-11-22T23', { trip_id: 'late' });
    await put({ trip_id: 'now' });
    const objects = await service.flush();
    expect(objects.map(({ key }) => key.replace(/-[0-9a-f-]{36}\.parquet/, ''))).toEqual([
      'trips/year=2026/month=11/day=22/hour=23/trips-1-2026-11-22-23-30-15',
      'trips/year=2026/month=11/day=23/hour=08/trips-1-2026-11-23-08-30-15',
    ]);
    expect(arrivals).toEqual([Date.parse('2026-11-22T23:30:15.250Z'), NOW.getTime()]);
    await expect(putForHour('2026-02-30T08', {})).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });

  test('reads several JSON objects from one record', async () => {
    await open();
    await put('{"trip_id":"a"}{"trip_id":"b"} \n {"trip_id":"c"}\n', '{"trip_id":"d"}');
    const [object] = await service.flush();
    expect((await rows(object)).map((row) => row.trip_id)).toEqual(['a', 'b', 'c', 'd']);
    expect(object?.records).toBe(4);
  });

  test.each([
    ['trip_id', 12.5, '12.5'],
    ['trip_id', true, 'true'],
    ['trip_id', { a: [1, 2] }, '{"a":[1,2]}'],
    ['trip_id', 'a\u0000b\\"\n', 'a\u0000b\\"\n'],
    ['count', '-2147483648', '-2147483648'],
    ['big', '"9223372036854775807"', '9223372036854775807'],
    ['amount', 12.345, '12.35'],
    ['amount', -0.005, '-0.01'],
    ['amount', '1e3', '1000.00'],
    ['distance', '"1.5"', '1.5'],
    ['distance', 1e300, '1e+300'],
    ['paid', 'TRUE', 'true'],
    ['day', '2026-9-7', '2026-09-07'],
    ['pickup', '2026-9-7 1:2:3.5', '2026-09-07 01:02:03.5'],
    ['pickup', 1518033528, '2018-02-07 19:58:48'],
    ['pickup', 1518033528123, '2018-02-07 19:58:48.123'],
    ['pickup', 1518033528.123, '2018-02-07 19:58:48.123'],
    ['pickup', '-1000', '1969-12-31 23:43:20'],
  ])('reads %s from %j', async (column, value, expected) => {
    await open();
    // A number in quotes is sent as a number: a JavaScript number would lose digits.
    const json =
      typeof value === 'string' && /^"?-?[0-9.e]+"?$/.test(value)
        ? `{"${column}":${value}}`
        : JSON.stringify({ [column]: value });
    await put(json);
    const [object] = await service.flush();
    expect(await rows(object)).toMatchObject([{ [column]: expected }]);
  });

  test('writes records that do not fit to an error object and delivers the others', async () => {
    await open();
    const wrong: [string, string, string][] = [
      ['{"count":"abc"}', 'MalformedData', 'Data does not match the schema. For input string: "abc"'],
      ['{"count":2147483648}', 'MalformedData', 'out of range for column count of type int'],
      ['{"count":1.5}', 'MalformedData', 'For input string: "1.5"'],
      ['{"count":[1]}', 'MalformedData', 'JSON array'],
      ['{"amount":123456789.5}', 'MalformedData', 'out of range for column amount of type decimal(10,2)'],
      ['{"amount":1e1000000000}', 'MalformedData', 'out of range'],
      ['{"distance":1e999}', 'MalformedData', 'out of range'],
      ['{"paid":"yes"}', 'MalformedData', 'For input string: "yes"'],
      ['{"day":"2026-02-30"}', 'MalformedData', 'For input string: "2026-02-30"'],
      ['{"pickup":"2026-11-23T08:00:00+01:00"}', 'MalformedData', 'For input string'],
      ['{"pickup":"2026-9-7T08:00:00Z"}', 'MalformedData', 'For input string'],
      ['[{"count":1}]', 'MalformedData', 'not an array'],
      ['42', 'MalformedData', 'not a primitive'],
      ['', 'MalformedData', 'The record was empty or contained only whitespace.'],
      ['not json', 'ParseError', 'Encountered malformed JSON.'],
      ['{"count":1', 'ParseError', 'Encountered malformed JSON.'],
      ['{"count":01}', 'ParseError', 'Encountered malformed JSON.'],
      ['{"trip_id":"fine"} and more', 'ParseError', 'Encountered malformed JSON.'],
    ];
    await put(...wrong.map(([json]) => json), { trip_id: 'good' });
    const [errors, parquet, ...more] = await service.flush();
    expect(more).toEqual([]);
    expect(errors?.key).toMatch(
      /^errors\/format-conversion-failed\/2026\/11\/23\/08\/trips-1-2026-11-23-08-30-15-[0-9a-f-]{36}$/,
    );
    expect(errors?.records).toBe(wrong.length);
    const failed = await failures(errors);
    failed.forEach((failure, index) => {
      const [json, code, message] = wrong[index]!;
      expect(failure).toMatchObject({
        attemptsMade: 1,
        arrivalTimestamp: NOW.getTime(),
        attemptEndingTimestamp: NOW.getTime(),
        lastErrorCode: `DataFormatConversion.${code}`,
        lastErrorMessage: expect.stringContaining(message) as string,
      });
      expect(decoded(failure.rawData)).toBe(json);
    });
    expect(failed).toHaveLength(wrong.length);
    expect((await rows(parquet)).map((row) => row.trip_id)).toEqual(['good']);
  });

  test('keeps bytes that are not UTF-8 unchanged in the error object', async () => {
    await open();
    const Data = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    await client.send(new PutRecordCommand({ DeliveryStreamName: STREAM.name, Record: { Data } }));
    const [errors] = await service.flush();
    const [failure] = await failures(errors);
    expect(failure).toMatchObject({
      lastErrorCode: 'DataFormatConversion.ParseError',
      rawData: Data.toString('base64'),
    });
  });
});

describe('the transform', () => {
  test('gets Firehose’s event in batches that the last record fills, and its results are delivered', async () => {
    const events: Record<string, unknown>[] = [];
    await open({ transform: TRANSFORM }, (records, event) => {
      events.push(event);
      return returned(
        records.map(({ recordId, data }) => {
          const { trip_id: id } = JSON.parse(decoded(data)) as { trip_id: string };
          return { recordId, result: 'Ok', data: encoded(JSON.stringify({ trip_id: `${id}!` })) };
        }),
      );
    });
    const filler = 'x'.repeat(300_000);
    for (let batch = 0; batch < 5; batch++)
      await put({ trip_id: `${batch}`, filler }, { trip_id: `${batch}b`, filler });
    const [object] = await service.flush();
    expect((await rows(object)).map((row) => row.trip_id)).toEqual(
      [0, 1, 2, 3, 4].flatMap((batch) => [`${batch}!`, `${batch}b!`]),
    );
    expect(events.map((event) => (event.records as EventRecord[]).length)).toEqual([4, 4, 2]);
    expect(events[0]).toMatchObject({
      invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      deliveryStreamArn: STREAM.arn,
      region: 'us-east-1',
    });
    const ids = events.flatMap((event) => (event.records as EventRecord[]).map((record) => record.recordId));
    expect(new Set(ids).size).toBe(10);
  });

  test('may drop and fail records, and must return each record exactly once', async () => {
    await open({ transform: TRANSFORM }, (records) =>
      returned(
        records.flatMap(({ recordId, data }) => {
          const { trip_id: kind } = JSON.parse(decoded(data)) as { trip_id: string };
          const answer = { recordId, result: 'Ok', data };
          if (kind === 'dropped') return [{ recordId, result: 'Dropped', data }];
          if (kind === 'failed') return [{ recordId, result: 'ProcessingFailed', data }];
          if (kind === 'missing') return [{ ...answer, recordId: 'other' }];
          if (kind === 'twice') return [answer, answer];
          if (kind === 'nonsense') return [{ ...answer, result: 'ok' }];
          if (kind === 'not base64') return [{ ...answer, data: '{}' }];
          return [answer];
        }),
      ),
    );
    const kinds = ['fine', 'dropped', 'failed', 'missing', 'twice', 'nonsense', 'not base64'];
    await put(...kinds.map((trip_id) => ({ trip_id })));
    const [errors, parquet] = await service.flush();
    expect((await rows(parquet)).map((row) => row.trip_id)).toEqual(['fine']);
    expect(errors?.key).toContain('errors/processing-failed/2026/11/23/08/');
    const failed = await failures(errors);
    expect(failed.map(({ rawData, errorCode }) => [decoded(rawData), errorCode])).toEqual([
      ['{"trip_id":"failed"}', 'Lambda.ProcessingFailedStatus'],
      ['{"trip_id":"missing"}', 'Lambda.MissingRecordId'],
      ['{"trip_id":"twice"}', 'Lambda.DuplicatedRecordId'],
      ['{"trip_id":"nonsense"}', 'Lambda.FunctionError'],
      ['{"trip_id":"not base64"}', 'Lambda.FunctionError'],
    ]);
    expect(failed[0]).toEqual({
      attemptsMade: 1,
      arrivalTimestamp: NOW.getTime(),
      attemptEndingTimestamp: NOW.getTime(),
      errorCode: 'Lambda.ProcessingFailedStatus',
      errorMessage: 'ProcessingFailed status set for record',
      rawData: encoded('{"trip_id":"failed"}'),
      lambdaARN: TRANSFORM.functionArn,
    });
  });

  const raised: Invocation = {
    outcome: 'raised',
    error: 'Error',
    payload: { errorType: 'Error', errorMessage: 'boom' },
  };

  test('is retried three times with the same records when it raises an error', async () => {
    const ids: string[][] = [];
    await open({ transform: TRANSFORM }, (records) => {
      ids.push(records.map((record) => record.recordId));
      return ids.length < 4 ? raised : echo(records);
    });
    await put({ trip_id: 'a' });
    const [object] = await service.flush();
    expect(await rows(object)).toMatchObject([{ trip_id: 'a' }]);
    expect(ids).toEqual(Array.from({ length: 4 }, () => ids[0]));
  });

  test.each<[string, Invocation, string, number]>([
    ['raises each time', raised, 'Lambda.FunctionError', 4],
    [
      'is throttled each time',
      { outcome: 'refused', error: 'Lambda.TooManyRequestsException', message: 'Rate Exceeded.' },
      'Lambda.InvokeLimitExceeded',
      4,
    ],
    ['returns no records', { outcome: 'returned', payload: null }, 'Lambda.MissingRecordId', 1],
  ])('that %s sends the batch to the error prefix', async (_what, invocation, errorCode, attemptsMade) => {
    let invocations = 0;
    await open({ transform: TRANSFORM }, () => {
      invocations += 1;
      return invocation;
    });
    await put({ trip_id: 'a' }, { trip_id: 'b' });
    const objects = await service.flush();
    expect(objects).toHaveLength(1);
    expect(await failures(objects[0])).toMatchObject([
      { errorCode, attemptsMade, rawData: encoded('{"trip_id":"a"}') },
      { errorCode, attemptsMade, rawData: encoded('{"trip_id":"b"}') },
    ]);
    expect(invocations).toBe(attemptsMade);
  });

  test('writes no object if it drops every record', async () => {
    await open({ transform: TRANSFORM }, (records) =>
      returned(records.map(({ recordId }) => ({ recordId, result: 'Dropped' }))),
    );
    await put({ trip_id: 'a' });
    expect(await service.flush()).toEqual([]);
    expect(store.list(STREAM.bucket, '')).toEqual([]);
  });
});

describe('buffers', () => {
  async function delivered(): Promise<number> {
    for (let wait = 0; wait < 500 && store.list(STREAM.bucket, '').length === 0; wait++) await delay(20);
    return store.list(STREAM.bucket, '').length;
  }

  test('are delivered after the interval', async () => {
    await open({ buffering: { sizeInMBs: 64, intervalInSeconds: 1 } });
    await put({ trip_id: 'a' });
    expect(store.list(STREAM.bucket, '')).toEqual([]);
    expect(await delivered()).toBe(1);
  });

  test('are delivered when they are full', async () => {
    await open();
    const filler = 'x'.repeat(1_000_000);
    for (let batch = 0; batch < 18; batch++) {
      await put(...Array.from({ length: 4 }, () => ({ trip_id: `${batch}`, filler })));
    }
    // The 17th batch reaches 64 MiB. The 18th waits in the next buffer.
    expect(await delivered()).toBe(1);
    const [first] = store.list(STREAM.bucket, '');
    expect(await rowCount(first?.path)).toBe(68);
    await service.flush();
    const paths = store.list(STREAM.bucket, '').map((object) => object.path);
    expect(await Promise.all(paths.map(rowCount))).toEqual(expect.arrayContaining([68, 4]));
    expect(paths).toHaveLength(2);
  });

  test('keep their records when a delivery fails, and flush reports the error', async () => {
    const reported: string[] = [];
    await open({ bucket: 'not-yet-there' }, echo, {
      onDeliveryFailure: ({ stream, error }) => reported.push(`${stream}: ${(error as Error).name}`),
    });
    await put({ trip_id: 'a' });
    await expect(service.flush()).rejects.toMatchObject({ name: 'NoSuchBucket' });
    expect(reported).toEqual(['trips: NoSuchBucket']);
    await store.createBucket('not-yet-there', 'us-east-1');
    expect(await service.flush()).toMatchObject([{ bucket: 'not-yet-there', records: 1 }]);
  });

  test('are delivered after a restart', async () => {
    await open();
    await put({ trip_id: 'a' });
    await putForHour('2026-11-22T23', { trip_id: 'late' });
    await service.close();
    server?.close();
    await open();
    const objects = await service.flush();
    const ids = await Promise.all(objects.map(async (object) => (await rows(object))[0]?.trip_id));
    expect(ids.sort()).toEqual(['a', 'late']);
    expect(await readdir(join(directory, 'firehose', 'stream=trips'))).toEqual([]);
  });

  test('keep every acknowledged record after kill -9', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'serve.ts')], {
      env: { ...process.env, FIREHOSE_TEST_DIRECTORY: directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    client = clientOf(line.toString().trim());
    const acknowledged: string[] = [];
    const enough = 1_000;
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let number = 0; ; number++) {
        const ids = Array.from({ length: 50 }, (_, index) => `${writer}-${number}-${index}`);
        await put(...ids.map((trip_id) => ({ trip_id })));
        acknowledged.push(...ids);
        // In the middle of what the other writers send.
        if (acknowledged.length >= enough) child.kill('SIGKILL');
      }
    });
    await Promise.allSettled(writers);
    client.destroy();
    expect(acknowledged.length).toBeGreaterThanOrEqual(enough);

    await open();
    const [object] = await service.flush();
    const found = new Set((await rows(object)).map((row) => row.trip_id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  });
});

describe('the API', () => {
  test('describes and lists streams', async () => {
    await open({ transform: TRANSFORM });
    const { DeliveryStreamDescription: stream } = await client.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'trips' }),
    );
    expect(stream).toMatchObject({
      DeliveryStreamARN: STREAM.arn,
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamType: 'DirectPut',
      VersionId: '1',
      CreateTimestamp: NOW,
    });
    expect(stream?.Destinations?.[0]?.ExtendedS3DestinationDescription).toMatchObject({
      BucketARN: 'arn:aws:s3:::lake-test',
      Prefix: STREAM.prefix,
      ProcessingConfiguration: { Enabled: true },
    });
    expect(await client.send(new ListDeliveryStreamsCommand({}))).toMatchObject({
      DeliveryStreamNames: ['trips'],
      HasMoreDeliveryStreams: false,
    });
  });

  test('refuses as AWS does', async () => {
    await open();
    const send = (input: object) =>
      client.send(new PutRecordBatchCommand({ DeliveryStreamName: 'trips', Records: [], ...input }));
    const record = (size: number) => ({ Data: Buffer.alloc(size, 'x') });
    await expect(send({})).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(send({ Records: [record(1)], DeliveryStreamName: 'none' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Firehose none under account 123456789012 not found.',
    });
    await expect(send({ Records: [record(1)], DeliveryStreamName: 'no spaces' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(await service.flush()).toEqual([]);
  });

  test('refuses unknown operations and members', async () => {
    await open();
    const call = (operation: string, input: object) =>
      service.call(operation, input, { headers: {}, signal: new AbortController().signal });
    await expect(call('CreateDeliveryStream', {})).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    await expect(call('PutRecord', { DeliveryStreamName: 'trips' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(
      call('PutRecord', { DeliveryStreamName: 'trips', Record: { Data: '', Extra: 1 } }),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Extra') as string,
    });
    await expect(
      call('PutRecord', { DeliveryStreamName: 'trips', Record: { Data: 'not base64' } }),
    ).rejects.toMatchObject({ name: 'SerializationException' });
  });
});

test('20,000 records are delivered in seconds', async () => {
  await open({ transform: TRANSFORM });
  const record = (id: number) => ({
    trip_id: `trip-${id}`,
    count: id % 7,
    big: id,
    distance: id / 3,
    amount: (id % 10_000) / 100,
    paid: id % 2 === 0,
    day: '2026-11-23',
    pickup: '2026-11-23T07:59:59.123Z',
    note: 'n'.repeat(100),
  });
  for (let start = 0; start < 20_000; start += 500) {
    await put(...Array.from({ length: 500 }, (_, index) => record(start + index)));
  }
  const before = process.cpuUsage();
  const [object] = await service.flush();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  expect(object?.records).toBe(20_000);
  const [sums] = await query(
    `SELECT count(DISTINCT trip_id)::INT AS ids, sum(big)::VARCHAR AS total FROM read_parquet('${await pathOf(object)}')`,
  );
  expect(sums).toEqual({ ids: 20_000, total: String((19_999 * 20_000) / 2) });
  // Processor time, since the machine may be busy. It takes about a second; the bound only catches the absurd.
  expect(seconds).toBeLessThan(12);
  if (process.env.SLUICE_TIMINGS) console.log(`delivery of 20,000 records: ${seconds.toFixed(1)} s`);
});
