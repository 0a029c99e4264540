import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DeliveryStream } from '../../../local/firehose/delivery-stream';
import { FirehoseService, type FirehoseOptions } from '../../../local/firehose/firehose-service';
import type { AwsJsonService } from '../../../local/http/aws-json-service';
import type { Invocation } from '../../../local/lambda/lambda-runtime';
import { FileObjectStore } from '../../../local/s3/file-object-store';
import { ServiceError } from '../../../local/service-error';

/** One AWS JSON service on a free loopback port. */
export async function serve(service: AwsJsonService): Promise<{ server: Server; endpoint: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const headers = request.headers as Record<string, string | undefined>;
      const [target, operation = ''] = (headers['x-amz-target'] ?? '').split('.');
      if (target !== service.target) throw new Error(`unexpected target ${target}`);
      const input: unknown = JSON.parse(await text(request));
      try {
        const output = await service.call(operation, input, {
          headers,
          signal: new AbortController().signal,
        });
        response.writeHead(200, { 'content-type': service.contentType }).end(JSON.stringify(output));
      } catch (error) {
        const { code, message, status } =
          error instanceof ServiceError
            ? error
            : { code: 'InternalFailure', message: String(error), status: 500 };
        response.writeHead(status, { 'content-type': service.contentType, 'x-amzn-errortype': code });
        response.end(JSON.stringify({ __type: code, message }));
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export const STREAM: DeliveryStream = {
  name: 'trips',
  arn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/trips',
  bucket: 'lake-test',
  prefix: 'trips/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/',
  errorPrefix: 'errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/',
  columns: [
    { name: 'trip_id', type: 'string' },
    { name: 'count', type: 'int' },
    { name: 'big', type: 'bigint' },
    { name: 'distance', type: 'double' },
    { name: 'amount', type: 'decimal(10,2)' },
    { name: 'paid', type: 'boolean' },
    { name: 'day', type: 'date' },
    { name: 'pickup', type: 'timestamp' },
  ],
  buffering: { sizeInMBs: 64, intervalInSeconds: 900 },
};

/** The record of a transform event. */
export interface EventRecord {
  recordId: string;
  approximateArrivalTimestamp: number;
  data: string;
}

export const returned = (records: unknown): Invocation => ({ outcome: 'returned', payload: { records } });

/** Returns Ok with the data unchanged. */
export const echo = (records: EventRecord[]): Invocation =>
  returned(records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data })));

export function openService(
  directory: string,
  streams: readonly DeliveryStream[],
  invoke: (records: EventRecord[], event: Record<string, unknown>) => Invocation,
  options: Partial<FirehoseOptions> = {},
): { service: FirehoseService; store: FileObjectStore } {
  const store = FileObjectStore.open(`${directory}/s3`);
  const lambda = {
    invoke: (_arn: string, payload: unknown) => {
      // A copy, as over the network: the function shares nothing with the caller.
      const event = JSON.parse(JSON.stringify(payload)) as Record<string, unknown>;
      return Promise.resolve(invoke(event.records as EventRecord[], event));
    },
  };
  const service = new FirehoseService({
    streams,
    store,
    lambda,
    directory: `${directory}/firehose`,
    ...options,
  });
  return { service, store };
}

// Tests that kill the process run this file as a program. It prints its endpoint.
const directory = process.env.FIREHOSE_TEST_DIRECTORY;
if (require.main === module && directory !== undefined) {
  const { service, store } = openService(directory, [STREAM], echo);
  void (async () => {
    if (store.bucketRegion(STREAM.bucket) === undefined) await store.createBucket(STREAM.bucket, 'us-east-1');
    process.stdout.write(`${(await serve(service)).endpoint}\n`);
  })();
}
