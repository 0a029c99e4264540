import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../cli/shared/connection';

/** Waits until a statement of a step is running. @param Status what the Data API says of it then. */
export async function untilPicked(
  { redshiftData }: Connection,
  step: string,
  Status: 'PICKED' | 'STARTED' = 'PICKED',
): Promise<void> {
  for (;;) {
    const picked = await redshiftData.send(new ListStatementsCommand({ Status }));
    if (picked.Statements?.some((each) => each.StatementName?.includes(step))) return;
    await sleep(100);
  }
}
