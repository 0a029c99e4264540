import { GetWorkgroupCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { knownCapacity } from '../../core/bill';
import type { Connection } from '../shared/connection';

/**
 * The base capacity of the deployment's workgroup, in Redshift Processing Units; undefined if it cannot be read or has none.
 * It wakes nothing: GetWorkgroup answers from the configuration.
 * Source: Amazon Redshift Serverless API Reference, "GetWorkgroup".
 */
export async function baseCapacityOf({ settings, workgroup }: Connection): Promise<number | undefined> {
  const client = new RedshiftServerlessClient(settings);
  try {
    const found = await client.send(new GetWorkgroupCommand({ workgroupName: workgroup }));
    return knownCapacity(found.workgroup?.baseCapacity);
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
