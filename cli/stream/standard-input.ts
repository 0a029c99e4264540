import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { findRunningTwin } from '../../local/running-twin';
import type { CommonOptions } from '../run';
import { UsageError } from '../shared/output';

/**
 * The bytes to read from standard input. If this command has to start a twin, it reads all of it first: what writes into
 * the pipe may be a command that uses the same state directory (`sluice inspect --events | sluice stream -`), and a state
 * directory has one twin at a time.
 */
export async function readyInput(
  input: Readable,
  { stage, stateDir }: Partial<CommonOptions>,
): Promise<Readable> {
  if (stage !== undefined || stateDir === undefined || (await findRunningTwin(stateDir))) return input;
  const folder = await mkdtemp(join(tmpdir(), 'sluice-stream-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'input');
  await pipeline(input, createWriteStream(path));
  return createReadStream(path);
}

/** The chunks of an input until it ends or the signal closes it. @throws UsageError for a Parquet file. */
export async function* chunksOf(input: Readable, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const close = () => input.destroy();
  signal?.addEventListener('abort', close, { once: true });
  let isFirst = true;
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      if (isFirst && chunk.subarray(0, 4).toString('latin1') === 'PAR1')
        throw new UsageError('A Parquet file cannot be read from standard input: name the file.');
      isFirst = false;
      yield chunk;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', close);
    // An open pipe would keep the process alive.
    input.destroy();
  }
}
