import { GetWorkgroupCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { knownCapacity } from '../../core/bill';
import type { Hour } from '../../core/hour';
import type { WarehouseShare } from '../../core/report';
import type { PartitionEnd } from '../../core/states';
import { warehouseDollars, warehouseSeconds } from '../../core/warehouse-time';
import type { Configuration } from './configuration';
import { secondsOfEach } from './group';
import { logger } from './handler';
import { traced } from './tracing';
import { statementName, timesOf, type ExecutionIdentity } from './warehouse';

const client = traced(new RedshiftServerlessClient({}));

/** What an execution used of the warehouse, and each of its partitions. Null: nobody knows. It wakes nothing. */
export interface ExecutionShare extends WarehouseShare {
  /** Of a partition, with its part of those of its group. */
  readonly secondsOf: (partition: Hour) => number | null;
}

/** Of an execution without a statement. */
export const NO_SHARE: ExecutionShare = { warehouse_seconds: 0, warehouse_dollars: 0, secondsOf: () => 0 };
export const UNKNOWN_SHARE: ExecutionShare = {
  ...{ warehouse_seconds: null, warehouse_dollars: null },
  secondsOf: () => null,
};

/** Reads what an execution used. No report fails for that. */
export async function shareOf(
  configuration: Configuration,
  execution: ExecutionIdentity,
  ends: readonly PartitionEnd[],
): Promise<ExecutionShare> {
  try {
    const times = await timesOf(configuration, execution);
    const secondsOf = (partition: string) => {
      const name = statementName({ ...execution, partition }, '');
      return warehouseSeconds(times.filter((time) => time.name.startsWith(name)));
    };
    const groups = new Map(ends.map(({ partition, group }) => [partition, group]));
    const together = (group: string) => ends.filter((end) => end.group === group);
    const capacity = times.length > 0 ? await baseCapacity(configuration) : 0;
    return {
      warehouse_seconds: warehouseSeconds(times),
      warehouse_dollars: capacity === undefined ? null : warehouseDollars(times, capacity),
      secondsOf: (partition) => {
        const group = groups.get(partition);
        return secondsOf(partition) + (group ? (secondsOfEach(secondsOf(group), together(group)) ?? 0) : 0);
      },
    };
  } catch (error) {
    logger.warn('Nobody knows what the execution used of the warehouse', { error: error as Error });
    return UNKNOWN_SHARE;
  }
}

/** In RPU; undefined if the workgroup has none, or may not be described. */
async function baseCapacity({ workgroup }: Configuration): Promise<number | undefined> {
  try {
    const { workgroup: found } = await client.send(new GetWorkgroupCommand({ workgroupName: workgroup }));
    return knownCapacity(found?.baseCapacity);
  } catch (error) {
    logger.warn('The base capacity of the workgroup is unknown', { error: error as Error });
    return undefined;
  }
}
