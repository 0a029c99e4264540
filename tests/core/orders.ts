import { stringify } from 'yaml';
import { parseDataset, type Dataset } from '../../core/dataset';

/** Changes to the dataset below. The members of a section are merged, `columns` is replaced. */
interface Changes {
  readonly source?: object;
  readonly target?: object;
  readonly columns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly required?: boolean;
    readonly since?: string;
  }[];
  readonly load?: object;
}

export const ORDER_COLUMNS = [
  { name: 'order_id', type: 'bigint', required: true },
  { name: 'ordered_at', type: 'timestamp', required: true },
  { name: 'status', type: 'varchar(16)' },
  { name: 'amount', type: 'decimal(10,2)' },
];

/** A small dataset for the tests of core/, parsed like a dataset file. */
export function ordersDataset(changes: Changes = {}): Dataset {
  const file = {
    dataset: 'orders',
    source: { prefix: 'orders/year={yyyy}/month={MM}/day={dd}/hour={HH}/', ...changes.source },
    target: { table: 'orders', key: ['order_id'], event_time: 'ordered_at', ...changes.target },
    columns: changes.columns ?? ORDER_COLUMNS,
    load: { ...changes.load },
  };
  return parseDataset(stringify(file), 'orders.yml');
}
