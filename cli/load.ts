import { hasFailed } from '../core/report';
import { startLoad } from './load/follow';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';

/**
 * Starts an execution, follows it and prints the result of each partition.
 * @param input as executionInput() makes it.
 * @returns the exit code.
 */
export async function runLoad(connection: Connection, output: Output, input: object): Promise<number> {
  const document = await startLoad(connection, output, input);
  output.document(document);
  // A scheduled execution succeeds if it has told its failures before.
  const isDone = document.status === 'SUCCEEDED' && !document.partitions.some(hasFailed);
  return isDone ? 0 : 1;
}
