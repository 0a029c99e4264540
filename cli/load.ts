import { startLoad } from './load/follow';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';

/**
 * Starts an execution, follows it, prints what became of each partition.
 * @param input of executionInput() in load/input.ts.
 * @returns the exit code.
 */
export async function runLoad(connection: Connection, output: Output, input: object): Promise<number> {
  const document = await startLoad(connection, output, input);
  output.document(document);
  return document.status === 'SUCCEEDED' ? 0 : 1;
}
