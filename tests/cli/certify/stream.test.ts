import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { addHours, hourOf } from '../../../core/hour';
import { prefixOfHour } from '../../../core/prefix';
import { withoutStatistics } from '../../../local/behaviour/parquet/edit-footer';
import { parquetOf, tripsSelect } from '../../../testkit/parquet';
import { TestTwin } from '../../../testkit/test-twin';
import { ordersDataset } from '../../core/orders';
import { certified } from './certified';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const NOW = hourOf(new Date());

async function outcomes(datasets = twin.connection.datasets): Promise<Record<string, string>> {
  const { probes } = await certified({ ...twin.connection, datasets }, { only: 'stream' });
  return Object.fromEntries(probes.map(({ name, outcome }) => [name.replace('stream/', ''), outcome]));
}

const [HOLDS, NOT, UNTRIED] = ['holds', 'does not hold', 'could not be tried'];

test('the file of a stream with a decimal, a time and a null', async () => {
  const [dataset] = twin.connection.datasets;
  const event = {
    ...{ trip_id: 'a', total_amount: 12.5, vendor_id: null },
    ...{ pickup_datetime: '2026-11-23T08:00:00Z', updated_at: '2026-11-23T08:20:00Z' },
  };
  await twin.connection.firehose.send(
    new PutRecordBatchCommand({
      DeliveryStreamName: twin.connection.streamOf(dataset!),
      Records: [{ Data: Buffer.from(JSON.stringify(event)) }],
    }),
  );
  await twin.connection.deliver(dataset!);
  expect(await outcomes()).toEqual({
    ...{ decimal: HOLDS, timestamp: HOLDS, 'null-counts': HOLDS },
    ...{ smallint: UNTRIED, date: UNTRIED, 'decimal-as-itself': UNTRIED, 'smallint-as-itself': UNTRIED },
  });
});

test('only the newest file counts, and other types are seen', async () => {
  await twin.putTrips(addHours(NOW, -3), 'old.parquet', [{ trip_id: 'a' }]);
  const trip = tripsSelect([{ trip_id: 'a' }]);
  const otherTypes = `SELECT * REPLACE (total_amount::DOUBLE AS total_amount, updated_at::VARCHAR AS updated_at) FROM (${trip})`;
  await twin.put(twin.keyOf(NOW, 'new.parquet'), withoutStatistics(await parquetOf(otherTypes)));
  expect(await outcomes()).toMatchObject({ decimal: NOT, timestamp: NOT, 'null-counts': NOT });
});

test.each([
  [HOLDS, false, '1::INTEGER', "'2.50'", "DATE '2026-11-23'"],
  [NOT, true, '1::INTEGER', "'2.50'", "'2026-11-23'"],
  [HOLDS, true, '1::SMALLINT', '2.50::DECIMAL(10,2)', "DATE '2026-11-23'"],
])(
  'a file with a smallint, a decimal and a date: it %s if native_types is %s',
  async (outcome, native, ...values) => {
    const made = ordersDataset({
      columns: [
        { name: 'order_id', type: 'bigint', required: true },
        { name: 'ordered_at', type: 'timestamp', required: true },
        { name: 'small', type: 'smallint' },
        { name: 'price', type: 'decimal(10,2)' },
        { name: 'due', type: 'date' },
      ],
    });
    // The COPY role reads the prefixes of the deployed datasets.
    const { prefix } = twin.connection.datasets[0]!.source;
    const dataset = { ...made, source: { ...made.source, prefix, native_types: native } };
    const [small, price, due] = values;
    const select = `SELECT 1::BIGINT AS order_id, now()::TIMESTAMP AS ordered_at, ${small} AS small, ${price} AS price, ${due} AS due`;
    await twin.put(`${prefixOfHour(dataset.source.prefix, NOW)}a.parquet`, await parquetOf(select));
    const [as, not] = native ? ['-as-itself', ''] : ['', '-as-itself'];
    expect(await outcomes([dataset])).toMatchObject({
      ...{ [`smallint${as}`]: outcome, [`decimal${as}`]: outcome, date: outcome },
      ...{ [`smallint${not}`]: UNTRIED, [`decimal${not}`]: UNTRIED },
    });
  },
);

test('the values count, not only their types', async () => {
  const trip = tripsSelect([{ trip_id: 'a' }]);
  const file = (amount: string) => parquetOf(`SELECT * REPLACE (${amount} AS total_amount) FROM (${trip})`);
  await twin.put(twin.keyOf(NOW, 'a.parquet'), await file("'12.50'"));
  expect(await outcomes()).toMatchObject({ decimal: HOLDS, timestamp: HOLDS });
  await twin.put(twin.keyOf(NOW, 'a.parquet'), await file("'12.505'"));
  expect(await outcomes()).toMatchObject({ decimal: NOT, timestamp: HOLDS });
});

test('a file that COPY loads otherwise is seen', async () => {
  await twin.putTrips(NOW, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  const rewritten = (put: string) =>
    twin.twin.faults.set([
      {
        ...{ service: 'redshift-data', operation: 'BatchExecuteStatement', times: 10 },
        fault: { type: 'rewrite', find: '^COPY (\\S+) FROM .*', put },
      },
    ]);
  rewritten('SELECT 1');
  expect(await outcomes()).toMatchObject({ decimal: NOT, timestamp: NOT, 'null-counts': NOT });
  // A refusal that is not about the file says nothing of Firehose.
  rewritten('SELECT * FROM "nowhere"');
  expect(await outcomes()).toMatchObject({ decimal: UNTRIED, timestamp: UNTRIED, 'null-counts': UNTRIED });
});

test('a column that the loader refuses is to blame alone, and a null in a required column is seen', async () => {
  const trips = tripsSelect([{ trip_id: 'a' }, { trip_id: 'b' }]);
  const file = async (replaced: string) =>
    twin.put(twin.keyOf(NOW, 'a.parquet'), await parquetOf(`SELECT * REPLACE (${replaced}) FROM (${trips})`));
  await file('TRUE AS total_amount');
  expect(await outcomes()).toMatchObject({ decimal: NOT, timestamp: UNTRIED, 'null-counts': UNTRIED });
  const [{ columns } = { columns: [] }] = twin.connection.datasets;
  const required = columns.filter((column) => column.required && column.type.kind === 'timestamp');
  expect(required.map(({ name }) => name)).toContain('updated_at');
  await file("'1.50' AS total_amount, CASE WHEN trip_id = 'a' THEN updated_at END AS updated_at");
  expect(await outcomes()).toMatchObject({ decimal: HOLDS, timestamp: NOT });
});

test('nothing is tried if nothing was streamed', async () => {
  const { probes } = await certified(twin.connection, { only: 'stream/decimal' });
  expect(probes).toMatchObject([
    { outcome: UNTRIED, seen: expect.stringMatching(/run npx sluice stream first/) as string },
  ]);
});
