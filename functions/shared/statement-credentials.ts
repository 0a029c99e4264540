import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { readConfiguration } from './configuration';

/** One name for all, so that statements have one owner also where sessions of a role are told apart. */
const SESSION = 'sluice';

/**
 * Credentials of the role that every function submits and follows statements with: the Data API shows a statement only to
 * who submitted it, and one function's statement is awaited by another. A client asks again shortly before they expire.
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
