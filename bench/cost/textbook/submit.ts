import { BatchExecuteStatementCommand, ExecuteStatementCommand } from '@aws-sdk/client-redshift-data';
import { readConfiguration } from '../../../functions/shared/configuration';
import { client, type Submitted } from './client';
import { statementsOf, type TextbookInput, type Work } from './statements';

/** Submits a statement, and does not wait for it. */
export async function handler({ input, work }: { input: TextbookInput; work: Work }): Promise<Submitted> {
  const { bucket, copyRole, workgroup, database, secret } = readConfiguration();
  const [first, ...others] = statementsOf(work, input, bucket, copyRole);
  const place = { WorkgroupName: workgroup, Database: database, SecretArn: secret };
  const { Id } =
    others.length === 0
      ? await client.send(new ExecuteStatementCommand({ ...place, Sql: first }))
      : await client.send(new BatchExecuteStatementCommand({ ...place, Sqls: [first!, ...others] }));
  return { id: Id!, input };
}
