import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { readConfiguration } from './configuration';

/** All functions use one session name. The Data API may distinguish sessions, and statements need the same owner. */
const SESSION = 'sluice';

/**
 * Credentials of the role with which every function submits and follows statements. The Data API shows a statement only
 * to the identity that submitted it, and one function waits for another's statement. A client renews them before they
 * expire.
 * Source: Amazon Redshift Management Guide, "Configuring IAM permissions" of the Data API.
 */
export function statementCredentials(): ReturnType<ReturnType<typeof fromTemporaryCredentials>> {
  const { statementsRole, region } = readConfiguration();
  const provider = fromTemporaryCredentials({
    params: { RoleArn: statementsRole, RoleSessionName: SESSION },
    clientConfig: { region },
  });
  return provider();
}
