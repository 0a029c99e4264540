import { DATASET_NAME } from './dataset-file';
import { readExecutionInput, type ExecutionInput } from './execution-input';

/**
 * The name of an execution, which says what it loads: `trips-2026-11-23T08-b3380b29`, `trips-new-b3380b29`. It has 80
 * characters at most, and only those that Step Functions logs. Source: AWS Step Functions API Reference, "StartExecution".
 * @param input of the execution. One that is not valid names nothing.
 * @param dataset that the input loads if it names none.
 * @param unique 8 characters.
 */
export function executionName(input: unknown, dataset: string | undefined, unique: string): string {
  const request = readExecutionInput(input);
  const named = request?.dataset ?? dataset ?? 'load';
  const words = request === undefined ? [] : wordsOf(request);
  return [DATASET_NAME.test(named) ? named : 'load', ...words, unique].join('-');
}

function wordsOf(request: ExecutionInput): readonly string[] {
  const plan = request.plan ? ['plan'] : [];
  if (request.kind === 'scheduled') return [...plan, 'new'];
  const { from, to, due } = request;
  return [...plan, ...(due ? ['due'] : []), from, ...(from === to ? [] : ['to', to])];
}
