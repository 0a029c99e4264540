import { query } from '../../../cli/shared/query';
import { quoteText, sql } from '../../../core/sql';
import { keyChecks } from '../../../core/staging';
import { transformEvent } from '../../../core/transform';
import { COMPARISONS, type Comparison } from '../../../local/behaviour/comparisons';
import { TestTwin } from '../../../testkit/test-twin';
import { ordersDataset } from '../../core/orders';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

const CASES = COMPARISONS.map(
  (each) => [`${JSON.stringify([each.left, each.right])} of ${each.type}: same ${each.same}`, each] as const,
);

test.each(CASES)('the twin compares %s', async (_, { left, right, same, onTwin }) => {
  const { rows } = await query(
    twin.connection,
    sql`SELECT "left" = "right" FROM (SELECT ${quoteText(left)} AS "left", ${quoteText(right)} AS "right") AS "values"`,
  );
  expect(rows).toEqual([[onTwin ?? same]]);
});

const keyed = ({ type }: Comparison) =>
  ordersDataset({
    columns: [
      { name: 'order_id', type, required: true },
      { name: 'ordered_at', type: 'timestamp', required: true },
    ],
  });

test.each(CASES)('ValidateStaging lets both keys through only if they are different: %s', async (_, each) => {
  const part = { table: 't', columns: [{ name: 'order_id', type: each.type }], copies: [] };
  const [check] = keyChecks(keyed(each), part, 1);
  const { rows } = await query(
    twin.connection,
    sql`SELECT SUM(${check!.fails}) FROM (SELECT ${quoteText(each.left)} AS "order_id" UNION ALL SELECT ${quoteText(each.right)}) AS "keys"`,
  );
  expect(Number(rows[0]?.[0]) > 0).toBe(each.same);
});

test.each(CASES)('the transform accepts both keys only if they are different: %s', (_, each) => {
  const accepted = [each.left, each.right].map(
    (order_id) =>
      transformEvent(keyed(each), JSON.stringify({ order_id, ordered_at: '2026-11-23T08:00:00Z' })).accepted,
  );
  expect(accepted.includes(false)).toBe(each.same);
});

test('a text that is no key may end with a blank', () => {
  const dataset = ordersDataset();
  const event = { order_id: 1, ordered_at: '2026-11-23T08:00:00Z', status: 'sent ' };
  expect(transformEvent(dataset, JSON.stringify(event))).toMatchObject({
    accepted: true,
    event: { status: 'sent ' },
  });
  const columns = [{ name: 'status', type: 'VARCHAR(16)' }];
  expect(keyChecks(dataset, { table: 't', columns, copies: [] }, 1)).toEqual([]);
});
