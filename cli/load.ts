import { chooseDataset } from '../core/dataset';
import { runBackfill } from './load/backfill';
import { failedRanges } from './load/failed-hours';
import { isDone, startLoad } from './load/follow';
import { loadRequest, type LoadOptions } from './load/input';
import { runPlan } from './load/plan';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';

/**
 * Starts an execution, or as many as it takes, follows them and prints what became of the partitions.
 * @returns the exit code.
 * @throws UsageError
 */
export async function runLoad(connection: Connection, output: Output, options: LoadOptions): Promise<number> {
  const { dataset: name } = options;
  const dataset = chooseDataset(connection.datasets, name);
  const request = loadRequest(options, dataset, new Date());
  switch (request.kind) {
    case 'execution':
      return runOne(connection, output, request.input);
    case 'plan':
      return runPlan(connection, output, request.input, options);
    case 'backfill':
      return runBackfill(connection, output, { ...request, dataset: name });
    case 'failed': {
      const ranges = await failedRanges(connection, dataset, request.range);
      if (ranges.length > 0) return runBackfill(connection, output, { ranges, due: true, dataset: name });
      output.document({ ranges });
      output.say('No hour is failing, so there is nothing to load.');
      return 0;
    }
  }
}

/** @param input of the execution. */
async function runOne(connection: Connection, output: Output, input: object): Promise<number> {
  const document = await startLoad(connection, output, input);
  output.document(document);
  return isDone(document) ? 0 : 1;
}
