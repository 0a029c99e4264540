import { FirehoseClient } from '@aws-sdk/client-firehose';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { ClientSettings, Connection } from './connection';

/** The session name that the functions use too, so that every statement has the same owner. */
const SESSION = 'sluice';

type Clients = Pick<Connection, 's3' | 'firehose' | 'stepFunctions' | 'redshiftData'>;

/** @param statementsRole ARN of the role that submits statements. */
export function clientsOf(settings: ClientSettings, statementsRole: string): Clients {
  const { credentials, ...elsewhere } = settings;
  return {
    s3: new S3Client(settings),
    firehose: new FirehoseClient(settings),
    stepFunctions: new SFNClient(settings),
    redshiftData: new RedshiftDataClient({
      ...settings,
      credentials: fromTemporaryCredentials({
        ...(credentials ? { masterCredentials: credentials } : {}),
        params: { RoleArn: statementsRole, RoleSessionName: SESSION },
        clientConfig: elsewhere,
      }),
    }),
  };
}

export function destroy(clients: Clients): void {
  for (const each of Object.values(clients)) each.destroy();
}
