import { ServiceError } from '../service-error';
import { notImplemented } from './errors';

/** Bytes `first` to `last` of a body, inclusive, counted from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header for a body of `size` bytes.
 * @returns undefined without a valid byte range: S3 then sends the whole body, as RFC 9110 requires.
 * @throws ServiceError InvalidRange (416) if the range contains no byte of the body; NotImplemented for several ranges.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  if (header.includes(',')) throw notImplemented('Range with several ranges');
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from, to] = match as unknown as [string, string, string];
  if (from === '') {
    const length = Math.min(Number(to), size);
    if (length === 0) throw invalidRange(header, size);
    return { first: size - length, last: size - 1 };
  }
  if (to !== '' && Number(to) < Number(from)) return undefined;
  if (Number(from) >= size) throw invalidRange(header, size);
  return { first: Number(from), last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

function invalidRange(range: string, size: number): ServiceError {
  return new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416, {
    RangeRequested: range,
    ActualObjectSize: size,
  });
}
