import type { Dataset } from '../../core/dataset';
import { Ledger } from '../../functions/shared/ledger';
import type { Connection } from '../shared/connection';

/** The ledger of a deployment's dataset. */
export const ledgerOf = ({ s3, bucket, workgroup, database }: Connection, dataset: Dataset): Ledger =>
  new Ledger({ client: s3, bucket, workgroup, database }, dataset);
