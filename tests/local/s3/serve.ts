import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FileObjectStore } from '../../../local/s3/file-object-store';
import { handleS3 } from '../../../local/s3/handle-s3';

/** S3 alone on a free loopback port. */
export async function serveS3(
  directory: string,
): Promise<{ server: Server; endpoint: string; store: FileObjectStore }> {
  const store = FileObjectStore.open(directory);
  const server = createServer(
    (request, response) => void handleS3(request, response, store).catch(() => undefined),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, store };
}

// Tests that kill the process run this file as a program. It prints its endpoint.
const directory = process.env.S3_TEST_DIRECTORY;
if (require.main === module && directory !== undefined) {
  void serveS3(directory).then(({ endpoint }) => process.stdout.write(`${endpoint}\n`));
}
