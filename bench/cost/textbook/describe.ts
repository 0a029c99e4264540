import { DescribeStatementCommand } from '@aws-sdk/client-redshift-data';
import { client, type Submitted } from './client';

/** Asks once how a statement is. */
export async function handler({ id, input }: Submitted): Promise<Submitted & { readonly status?: string }> {
  const { Status: status } = await client.send(new DescribeStatementCommand({ Id: id }));
  return { id, input, status };
}
