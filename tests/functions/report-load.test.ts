let handler: typeof import('../../functions/report-load').handler;
beforeAll(async () => {
  // The logger reads this when it is created.
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  ({ handler } = await import('../../functions/report-load'));
});

const partition = { partition: '2026-11-20T08', reason: 'new', files: 1 };

test('sums up the results of the Map', async () => {
  expect(
    await handler({
      execution: 'nightly',
      input: {},
      load: { dataset: 'trips', partitions: [{ ...partition, outcome: 'empty' }], waiting: 2 },
    }),
  ).toMatchObject({
    dataset: 'trips',
    status: 'SUCCEEDED',
    waiting: 2,
    notification: null,
    partitions: [{ partition: '2026-11-20T08', outcome: 'empty', inserted: 0 }],
  });
});

test('names what failed, why, how to fix it, and the input that loads it again', async () => {
  const diagnosis = { error: 'NullKeys', cause: 'trip_id is null', fix: 'Fix the producer.' };
  const report = await handler({
    execution: 'nightly',
    input: {},
    load: { dataset: 'trips', several: true, partitions: [{ ...partition, outcome: 'failed', diagnosis }] },
  });
  expect(report).toMatchObject({ status: 'FAILED', error: 'NullKeys' });
  for (const text of [
    'NullKeys',
    'trip_id is null',
    'Fix the producer.',
    '{"dataset":"trips","partition":"2026-11-20T08"}',
  ]) {
    expect(report.notification?.message).toContain(text);
  }
});

test('an invalid result of the Map is refused with a named error', async () => {
  await expect(
    handler({ execution: 'nightly', input: {}, load: { partitions: [{ ...partition, outcome: 'lost' }] } }),
  ).rejects.toMatchObject({ name: 'ConfigurationError' });
});
