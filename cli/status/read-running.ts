import { paginateListExecutions } from '@aws-sdk/client-sfn';
import { diagnoseClientError } from '../../core/diagnosis';
import type { Hour } from '../../core/hour';
import type { Ledger, LedgerContent } from '../../functions/shared/ledger';
import type { Connection } from '../shared/connection';

/** The executions that run, of all datasets, and what they load of one. */
export interface Running {
  /** By their names, with the time of their start, ISO 8601. */
  readonly executions: readonly { readonly name: string; readonly since: string }[];
  readonly loading: ReadonlySet<Hour>;
  /** Executions of which the ledger tells that they load, and which have ended: it does not tell how. */
  readonly unfinished: readonly string[];
}

/** @throws LoadError as diagnosed */
export async function readRunning(
  { stepFunctions: client, stateMachineArn }: Connection,
  ledger: Ledger,
  { running }: Pick<LedgerContent, 'running'>,
): Promise<Running> {
  const executions: { name: string; since: string }[] = [];
  const request = { stateMachineArn, statusFilter: 'RUNNING' } as const;
  try {
    for await (const page of paginateListExecutions({ client }, request))
      for (const { name = '', startDate = new Date(0) } of page.executions ?? [])
        executions.push({ name, since: startDate.toISOString() });
  } catch (error) {
    throw diagnoseClientError(error, `ListExecutions ${stateMachineArn}`);
  }
  const names = new Set(executions.map(({ name }) => name));
  const loading = new Set<Hour>();
  const unfinished: string[] = [];
  for (const each of running) {
    const hours = await ledger.hoursOf(each);
    // It has ended since the ledger was read.
    if (hours === undefined) continue;
    if (names.has(each.execution)) for (const hour of hours) loading.add(hour);
    else unfinished.push(each.execution);
  }
  return { executions, loading, unfinished };
}
