type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whether a body is aws-chunked. Only this header decides: clients may omit aws-chunked from Content-Encoding. */
export const isAwsChunked = (headers: Headers): boolean =>
  headers['x-amz-content-sha256']?.toString().startsWith('STREAMING-') ?? false;

/** The length of a request's body as its headers announce it, in bytes, without the frames of its chunks. */
export const bodyLength = (headers: Headers): string | undefined =>
  headers[isAwsChunked(headers) ? 'x-amz-decoded-content-length' : 'content-length']?.toString();
