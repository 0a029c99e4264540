import { accountOf } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import type { WarehousePlace } from '../../core/ledger';
import { Ledger } from '../../functions/shared/ledger';
import type { Connection } from '../shared/connection';

/** Where a deployment's targets are. */
export const warehousePlace = ({ workgroup, database, stateMachineArn }: Connection): WarehousePlace => ({
  account: accountOf(stateMachineArn),
  workgroup,
  database,
});

/** The ledger of a deployment's dataset. */
export const ledgerOf = (connection: Connection, dataset: Dataset): Ledger =>
  new Ledger({ client: connection.s3, bucket: connection.bucket, ...warehousePlace(connection) }, dataset);
