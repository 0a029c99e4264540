import { DATASET_NAME } from './dataset-file';
import { readExecutionInput, type ExecutionInput } from './execution-input';

/** A deployed stage, as the command line names it. */
export interface Stage {
  readonly stage: string;
  readonly region: string;
}

/** A command as it can be pasted into a shell. @param at null: the local twin, which needs no name. */
export function sluiceCommand(command: string, at: Stage | null): string {
  return `npx sluice ${command}${at === null ? '' : ` --stage ${at.stage} --region ${at.region}`}`;
}

/** The `load` that starts an execution with this input. @returns undefined if the command has no such options. */
export function loadCommand(input: unknown, at: Stage | null): string | undefined {
  const request = readExecutionInput(input);
  if (request === undefined) return undefined;
  const { dataset, plan } = request;
  // A shell might read another name as something else.
  if (dataset !== undefined && !DATASET_NAME.test(dataset)) return undefined;
  const due = request.kind === 'requested' && request.due;
  const options = [
    ...hoursOf(request),
    ...(due ? ['--all'] : []),
    ...(plan ? ['--plan'] : []),
    ...(dataset === undefined ? [] : ['--dataset', dataset]),
  ];
  return sluiceCommand(['load', ...options].join(' '), at);
}

function hoursOf(request: ExecutionInput): readonly string[] {
  if (request.kind === 'scheduled') return [];
  const { from, to, due } = request;
  return from === to && !due ? [from] : ['--from', from, '--to', to];
}
