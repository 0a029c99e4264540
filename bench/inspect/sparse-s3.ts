import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Objects of one size, of which only the end has bytes: the rest would be zeros. */
export interface SparseObjects {
  readonly bucket: string;
  readonly prefix: string;
  readonly count: number;
  /** Bytes of each object. */
  readonly size: number;
  /** The last bytes of each object. */
  readonly end: Buffer;
}

export interface Reads {
  /** Ranged reads and their bytes, by key. */
  readonly byKey: ReadonlyMap<string, { requests: number; bytes: number }>;
  /** The most reads that were open at once. */
  readonly atOnce: number;
}

export interface SparseS3 {
  readonly endpoint: string;
  /** What was read since the last call. */
  takeReads(): Reads;
  close(): void;
}

const ETAG = '"0123456789abcdef0123456789abcdef"';
const PAGE = 1_000;

/** Serves what InspectFiles calls of S3: listings in pages, ranged reads of sparse objects, and writes, which it forgets. */
export async function startSparseS3(objects: SparseObjects): Promise<SparseS3> {
  const keys = Array.from(
    { length: objects.count },
    (_, index) => `${objects.prefix}part-${String(index).padStart(5, '0')}.parquet`,
  );
  let byKey = new Map<string, { requests: number; bytes: number }>();
  let [open, atOnce] = [0, 0];

  const read = (key: string, range: string, response: ServerResponse) => {
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const [start, end] = [Number(from), Math.min(Number(to), objects.size - 1) + 1];
    const before = byKey.get(key) ?? { requests: 0, bytes: 0 };
    byKey.set(key, { requests: before.requests + 1, bytes: before.bytes + end - start });
    open += 1;
    atOnce = Math.max(atOnce, open);
    response.on('finish', () => (open -= 1));
    const sparse = objects.size - objects.end.length;
    const zeros = Buffer.alloc(Math.max(0, Math.min(end, sparse) - start));
    const body = Buffer.concat([
      zeros,
      objects.end.subarray(Math.max(0, start - sparse), Math.max(0, end - sparse)),
    ]);
    const headers = {
      'content-range': `bytes ${start}-${end - 1}/${objects.size}`,
      ...{ 'content-length': body.length, etag: ETAG },
    };
    // Answers later, as S3 does: otherwise no two reads would be open at once.
    setImmediate(() => response.writeHead(206, headers).end(body));
  };

  const server = createServer((request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(pathname).replace(`/${objects.bucket}/`, '');
    request.resume();
    if (request.method === 'PUT') {
      request.on('end', () => response.writeHead(200, { etag: ETAG, 'content-length': 0 }).end());
    } else if (searchParams.has('list-type')) {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(
        listing(
          keys.filter((each) => each.startsWith(searchParams.get('prefix') ?? '')),
          objects.size,
          Number(searchParams.get('continuation-token') ?? 0),
        ),
      );
    } else read(key, request.headers.range ?? '', response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeReads: () => {
      const reads = { byKey, atOnce };
      byKey = new Map();
      atOnce = 0;
      return reads;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listing(keys: readonly string[], size: number, from: number): string {
  const page = keys.slice(from, from + PAGE);
  const isTruncated = from + PAGE < keys.length;
  const next = isTruncated ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
  const contents = page.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-11-20T09:00:00.000Z</LastModified><ETag>${ETAG}</ETag><Size>${size}</Size></Contents>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}
