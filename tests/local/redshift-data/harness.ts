import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
  type DescribeStatementCommandOutput,
  type Field,
  type SqlParameter,
} from '@aws-sdk/client-redshift-data';
import { DuckDBInstance } from '@duckdb/node-api';
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { FaultInjector } from '../../../local/faults/fault-injector';
import type { Fault } from '../../../local/faults/fault-rule';
import type { AwsJsonService } from '../../../local/http/aws-json-service';
import { toJson } from '../../../local/http/to-json';
import type { Principal } from '../../../local/iam/principal';
import { RedshiftDataService } from '../../../local/redshift-data';
import type { ObjectStore, StoredObject } from '../../../local/s3/object-store';
import { ServiceError } from '../../../local/service-error';
import { temporaryFolder } from '../../../testkit/temporary-folder';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/warehouse`;
export const WORKGROUP = 'sluice';
export const DATABASE = 'dev';

/** Objects as plain files in a folder per bucket. */
export class FolderStore implements ObjectStore {
  private readonly regions = new Map<string, string>();
  private readonly objects = new Map<string, StoredObject>();

  constructor(private readonly folder: string) {}

  bucketRegion(bucket: string): string | undefined {
    return this.regions.get(bucket);
  }

  createBucket(bucket: string, region: string): Promise<void> {
    this.regions.set(bucket, region);
    return Promise.resolve();
  }

  head(bucket: string, key: string): Promise<StoredObject | undefined> {
    return Promise.resolve(this.objects.get(`${bucket}/${key}`));
  }

  put(bucket: string, key: string, body: Uint8Array): Promise<StoredObject> {
    const path = this.pathOf(bucket, key);
    writeFileSync(path, body);
    return Promise.resolve(this.note(bucket, key, path));
  }

  putFile(bucket: string, key: string, path: string): Promise<StoredObject> {
    const own = this.pathOf(bucket, key);
    renameSync(path, own);
    return Promise.resolve(this.note(bucket, key, own));
  }

  list(bucket: string, prefix: string): readonly StoredObject[] {
    return [...this.objects.values()]
      .filter((object) => object.bucket === bucket && object.key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  private pathOf(bucket: string, key: string): string {
    const path = join(this.folder, bucket, key);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  private note(bucket: string, key: string, path: string): StoredObject {
    const object = { bucket, key, path, size: statSync(path).size, etag: 'x', lastModified: new Date() };
    this.objects.set(`${bucket}/${key}`, object);
    return object;
  }
}

/** A test's queue of faults. Each hits the next statement whose text contains the words. */
export class FaultList implements FaultInjector {
  readonly due: { words: string; fault: Fault }[] = [];

  take(service: string, operation: string, subject: string): Fault | undefined {
    if (service !== 'redshift-data' || operation !== 'statement') return undefined;
    const index = this.due.findIndex(({ words }) => subject.includes(words));
    return index < 0 ? undefined : this.due.splice(index, 1)[0]!.fault;
  }
}

/** A warehouse over HTTP, the SDK's client, and an object store with one bucket, `lake`. */
export interface Twin {
  readonly client: RedshiftDataClient;
  readonly store: FolderStore;
  readonly faults: FaultList;
  readonly folder: string;
  /** The same warehouse, called with a role. */
  as(role: string): Twin;
  /** Ends the process's part and keeps the folder. */
  pause(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTwin(folder = temporaryFolder('redshift-data-')): Promise<Twin> {
  const store = new FolderStore(join(folder, 'objects'));
  await store.createBucket('lake', REGION);
  const faults = new FaultList();
  const service = new RedshiftDataService({
    directory: join(folder, 'warehouse'),
    store,
    faults,
    region: REGION,
    accountId: ACCOUNT,
    workgroup: WORKGROUP,
    database: DATABASE,
    iamRoles: [ROLE],
    memoryLimit: '1GB',
  });
  const server = createServer((request, response) => void answer(service, request, response));
  // As the twin's own server: else it closes a connection while a test makes a file, and the client still uses it.
  server.keepAliveTimeout = 10 * 60 * 1_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = clientOf(server);
  const twin: Twin = {
    client,
    store,
    faults,
    folder,
    as: (role) => ({ ...twin, client: clientOf(server, role) }),
    pause: async () => {
      client.destroy();
      await service.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    stop: async () => {
      await twin.pause();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return twin;
}

function clientOf(server: Server, accessKeyId = ROOT_KEY): RedshiftDataClient {
  return new RedshiftDataClient({
    region: REGION,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId, secretAccessKey: 'b' },
    maxAttempts: 1,
  });
}

/** The account's root. Any other key is the name of the role that calls. */
const ROOT_KEY = 'root';

function principalOf(authorization = ''): Principal | undefined {
  const name = /Credential=([^/]+)\//.exec(authorization)?.[1] ?? ROOT_KEY;
  if (name === ROOT_KEY) return undefined;
  const nothing = { Version: '2012-10-17' as const, Statement: [] };
  const role = { name, arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, trust: nothing, policies: new Map() };
  return { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/session`, userId: `${name}:session`, role };
}

/** As much of AWS JSON 1.1 as the client needs. */
async function answer(
  service: AwsJsonService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const [target, operation] = String(request.headers['x-amz-target']).split('.');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  let status = 200;
  let body: unknown;
  try {
    if (target !== service.target) throw new ServiceError('UnknownOperationException', `no ${target}`);
    body = await service.call(operation!, JSON.parse(Buffer.concat(chunks).toString()), {
      headers: request.headers as Record<string, string>,
      principal: principalOf(request.headers.authorization),
      signal: gone.signal,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    status = error.status;
    body = { __type: error.code, Message: error.message, ...error.details };
  }
  response.writeHead(status, { 'content-type': service.contentType }).end(toJson(body));
}

export const WHERE = { WorkgroupName: WORKGROUP, Database: DATABASE };

export async function ended(client: RedshiftDataClient, id: string): Promise<DescribeStatementCommandOutput> {
  for (;;) {
    const description = await client.send(new DescribeStatementCommand({ Id: id, WaitTimeSeconds: 30 }));
    if (['FINISHED', 'FAILED', 'ABORTED'].includes(description.Status!)) return description;
  }
}

/** Runs one statement to its end, also to a failure. */
export async function execute(
  twin: Twin,
  Sql: string,
  Parameters?: SqlParameter[],
): Promise<DescribeStatementCommandOutput> {
  const { Id } = await twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql, Parameters }));
  return ended(twin.client, Id!);
}

/** Runs a batch to its end, also to a failure. */
export async function batch(
  twin: Twin,
  Sqls: string[],
  Parameters?: SqlParameter[],
): Promise<DescribeStatementCommandOutput> {
  const { Id } = await twin.client.send(new BatchExecuteStatementCommand({ ...WHERE, Sqls, Parameters }));
  return ended(twin.client, Id!);
}

/** Runs statements that must succeed, one by one. */
export async function given(twin: Twin, ...sqls: string[]): Promise<void> {
  for (const sql of sqls) {
    const { Status, Error: error } = await execute(twin, sql);
    if (Status !== 'FINISHED') throw new Error(`${sql}: ${error}`);
  }
}

/** The rows of a query that must succeed, as plain values. */
export async function rowsOf(twin: Twin, sql: string, parameters?: SqlParameter[]): Promise<unknown[][]> {
  const { Id, Status, Error: error } = await execute(twin, sql, parameters);
  if (Status !== 'FINISHED') throw new Error(`${sql}: ${error}`);
  return resultRows(twin, Id!);
}

export async function resultRows(twin: Twin, id: string): Promise<unknown[][]> {
  const { Records } = await twin.client.send(new GetStatementResultCommand({ Id: id }));
  return Records!.map((record) => record.map(plain));
}

export function plain(field: Field): unknown {
  if (field.isNull === true) return null;
  return field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue;
}

/** Stores the result of an engine query as Parquet. @returns its size. */
export async function putParquet(twin: Twin, key: string, query: string, options = ''): Promise<number> {
  const engine = await DuckDBInstance.create(':memory:');
  const connection = await engine.connect();
  const path = join(twin.folder, 'written.parquet');
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options && `, ${options}`})`);
  connection.closeSync();
  engine.closeSync();
  return (await twin.store.putFile('lake', key, path)).size;
}

/** Stores a manifest of files in the bucket `lake`. */
export async function putManifest(
  twin: Twin,
  key: string,
  sizes: Readonly<Record<string, number>>,
): Promise<void> {
  const entries = Object.entries(sizes).map(([file, size]) => ({
    url: `s3://lake/${file}`,
    mandatory: true,
    meta: { content_length: size },
  }));
  await twin.store.put('lake', key, Buffer.from(JSON.stringify({ entries })));
}
