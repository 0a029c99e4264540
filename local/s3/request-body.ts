import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { bodyLength, isAwsChunked } from '../http/body-length';
import { ServiceError } from '../service-error';
import { decodeAwsChunked } from './aws-chunked';
import {
  CHECKSUM_ALGORITHMS,
  checksumHeader,
  isChecksumAlgorithm,
  isChecksumValue,
  startChecksum,
  type Checksum,
  type ChecksumAlgorithm,
} from './checksums';
import { incompleteBody, invalidRequest, malformedXml, notImplemented } from './errors';
import type { FinishedBody } from './finished-body';
import type { Headers } from './operation';

/** 5 GiB, S3's limit for one PUT. */
export const MAX_BODY_BYTES = 5 * 1024 ** 3;
/** The longest XML that S3 accepts: 1,000 keys of 1,024 bytes, escaped. */
const MAX_XML_BYTES = 8 * 1024 ** 2;

/** The body as the headers announce it. */
export interface BodyExpectations {
  readonly chunked: boolean;
  /** Size of the decoded body in bytes. */
  readonly size: number;
  readonly md5?: string | undefined;
  /** Hexadecimal. */
  readonly sha256?: string | undefined;
  readonly checksum?:
    | {
        readonly algorithm: ChecksumAlgorithm;
        /** Undefined if it follows as a trailer. */ readonly value?: string;
      }
    | undefined;
}

export interface ReceivedBody extends FinishedBody {
  /** The client's checksum, verified. */
  readonly checksum?: Checksum | undefined;
}

/** @throws ServiceError for headers that contradict each other or need a feature that the twin lacks. */
export function bodyExpectations(headers: Headers): BodyExpectations {
  const payload = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  const chunked = isAwsChunked(headers);
  const length = bodyLength(headers);
  if (!chunked && headers['transfer-encoding'] !== undefined) throw notImplemented('Transfer-Encoding');
  if (length === undefined || !/^\d+$/.test(length)) {
    throw new ServiceError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  }
  const size = Number(length);
  if (size > MAX_BODY_BYTES) {
    throw new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize: size,
      MaxSizeAllowed: MAX_BODY_BYTES,
    });
  }
  return {
    chunked,
    size,
    md5: md5Of(headers),
    sha256: /^[0-9a-f]{64}$/.test(payload) ? payload : undefined,
    checksum: checksumOf(headers),
  };
}

function md5Of(headers: Headers): string | undefined {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, {
      'Content-MD5': md5,
    });
  }
  return md5;
}

function checksumOf(headers: Headers): BodyExpectations['checksum'] {
  const given = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const trailer = headers['x-amz-trailer']?.toLowerCase();
  const inTrailer = CHECKSUM_ALGORITHMS.filter((algorithm) => trailer === checksumHeader(algorithm));
  if (trailer !== undefined && inTrailer.length === 0) throw notImplemented(`x-amz-trailer: ${trailer}`);
  const [algorithm, ...more] = [...given, ...inTrailer];
  const announced = headers['x-amz-sdk-checksum-algorithm']?.toUpperCase();
  if (announced !== undefined && !isChecksumAlgorithm(announced)) {
    throw notImplemented(`checksum algorithm ${announced}`);
  }
  if (more.length > 0) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  if (announced !== undefined && announced !== algorithm) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (algorithm === undefined) return undefined;
  const value = headers[checksumHeader(algorithm)];
  if (value !== undefined && !isChecksumValue(algorithm, value)) {
    throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  return value === undefined ? { algorithm } : { algorithm, value };
}

/**
 * Streams a body into a file and verifies it. On an error it removes the file.
 * @throws ServiceError IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, InvalidRequest
 */
export async function receiveFile(
  request: IncomingMessage,
  headers: Headers,
  path: string,
): Promise<ReceivedBody> {
  try {
    return await receive(request, bodyExpectations(headers), path, async (bytes) =>
      pipeline(bytes, createWriteStream(path)),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Receives and verifies a short body, such as an XML document. @throws ServiceError as {@link receiveFile}; MalformedXML if the body is too long */
export async function receiveText(request: IncomingMessage, headers: Headers): Promise<string> {
  const chunks: Uint8Array[] = [];
  const expectations = bodyExpectations({ ...headers, 'content-length': headers['content-length'] ?? '0' });
  if (expectations.size > MAX_XML_BYTES) throw malformedXml();
  await receive(request, expectations, '', async (bytes) => {
    for await (const chunk of bytes) chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString('utf8');
}

async function receive(
  request: IncomingMessage,
  expected: BodyExpectations,
  path: string,
  sink: (bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<ReceivedBody> {
  const trailers = new Map<string, string>();
  const md5 = createHash('md5');
  const sha256 = expected.sha256 === undefined ? undefined : createHash('sha256');
  const running = expected.checksum && startChecksum(expected.checksum.algorithm);
  let size = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    // A body that is refused or that the disk does not take ends here. The answer goes out on the same connection.
    const raw = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    for await (const bytes of expected.chunked ? decodeAwsChunked(raw, trailers) : raw) {
      size += bytes.length;
      if (size > expected.size) throw incompleteBody();
      md5.update(bytes);
      sha256?.update(bytes);
      running?.update(bytes);
      yield bytes;
    }
  }
  await sink(measured());

  if (size !== expected.size) throw incompleteBody();
  const digest = md5.digest();
  if (expected.md5 !== undefined && expected.md5 !== digest.toString('base64')) {
    throw badDigest('Content-MD5');
  }
  if (sha256 && sha256.digest('hex') !== expected.sha256) {
    throw new ServiceError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const checksum = expected.checksum && running && verified(expected.checksum, running.digest(), trailers);
  return { path, size, etag: digest.toString('hex'), checksum };
}

function verified(
  expected: NonNullable<BodyExpectations['checksum']>,
  digest: Buffer,
  trailers: ReadonlyMap<string, string>,
): Checksum {
  const { algorithm } = expected;
  const given = expected.value ?? trailers.get(checksumHeader(algorithm));
  if (given === undefined) throw incompleteBody();
  if (!isChecksumValue(algorithm, given)) {
    throw invalidRequest(`Value for ${checksumHeader(algorithm)} trailing header is invalid.`);
  }
  const value = digest.toString('base64');
  if (given !== value) throw badDigest(algorithm);
  return { algorithm, value, type: 'FULL_OBJECT' };
}

function badDigest(what: string): ServiceError {
  return new ServiceError(
    'BadDigest',
    what === 'Content-MD5'
      ? 'The Content-MD5 you specified did not match what we received.'
      : `The ${what} you specified did not match the calculated checksum.`,
  );
}
