import { keyChecks, valueChecks } from '../../core/staging';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const dataset = ordersDataset({
  columns: [{ name: 'order_id', type: 'varchar(16)', required: true }, ...ORDER_COLUMNS.slice(1)],
});
const partOf = (name: string, type: string) => ({
  table: 't',
  columns: [{ name, type, only_nulls: true }],
  copies: [],
});

test('the example of a BOOLEAN is made without a cast, which Redshift refuses', () => {
  const [check] = valueChecks(dataset, partOf('amount', 'BOOLEAN'), 1);
  expect(check?.shown).toBe(`CASE WHEN "amount" THEN 'true' ELSE 'false' END`);
  const [other] = valueChecks(dataset, partOf('amount', 'INTEGER'), 1);
  expect(other?.shown).toContain('CAST("amount" AS VARCHAR');
});

test('a key of nothing but nulls is not checked for blanks, since it may be a number', () => {
  expect(keyChecks(dataset, partOf('order_id', 'INTEGER'), 1)).toEqual([]);
});
