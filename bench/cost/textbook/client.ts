import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { statementCredentials } from '../../../functions/shared/statement-credentials';
import type { TextbookInput } from './statements';

export const client = new RedshiftDataClient({ credentials: statementCredentials });

/** What a state hands on. */
export interface Submitted {
  readonly id: string;
  readonly input: TextbookInput;
}
