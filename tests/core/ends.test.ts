import { splitsOf } from '../../core/report';
import { executionEnd, flatEnds } from '../../core/states';

const HOUR = '2026-11-20T08';
const end = (partition: string, more: object = {}) => ({
  ...{ partition, reason: 'new', files: 1, outcome: 'loaded' },
  ...more,
});

describe('the ends of an execution', () => {
  test('are in the order of their hours, however the rounds nest them', () => {
    const ends = [
      [[], [end('2026-11-20T10')]],
      [end('2026-11-20T08'), end('2026-11-20T09')],
    ];
    expect(flatEnds(ends)).toEqual([end('2026-11-20T08'), end('2026-11-20T09'), end('2026-11-20T10')]);
    expect(flatEnds(undefined)).toEqual([]);
  });

  test('one that holds for a whole group holds for each partition, which does not say that its files are to blame', () => {
    const common = {
      ...{ outcome: 'failed', finished: '2026-11-20T09:20:00.000Z' },
      diagnosis: { error: 'ColumnMismatch', cause: 'c', fix: 'f' },
    };
    const partitions = [HOUR, '2026-11-20T09'].map((partition) => ({ partition, listed: 'digest' }));
    expect(flatEnds([{ partitions, ...common }])).toEqual(
      partitions.map(({ partition }) => ({ partition, ...common, group: `${HOUR}+1`, listed: undefined })),
    );
    expect(flatEnds([{ partitions: partitions.slice(0, 1), ...common }])).toEqual([
      { partition: HOUR, listed: 'digest', ...common },
    ]);
  });

  test('are read beside the listing, or from it if nothing was loaded', () => {
    const listing = { dataset: 'trips', waiting: 2, scheduled: true };
    expect(executionEnd.parse({ listing, groups: [], ends: [[], [[end(HOUR)]]] })).toMatchObject({
      ...listing,
      partitions: [end(HOUR)],
    });
    expect(executionEnd.parse({ ...listing, partitions: [] })).toMatchObject({ ...listing, partitions: [] });
  });
});

test('the groups that were split are known by the ends of their partitions', () => {
  const of = (partition: string, group?: string, group_error?: string) =>
    executionEnd.parse({ partitions: [end(partition, { group, group_error })] }).partitions;
  const ends = [
    ...of('2026-11-20T08', 'one+1', 'NullKeys'),
    ...of('2026-11-20T09', 'one+1', 'NullKeys'),
    ...of('2026-11-20T10', 'two+1'),
    ...of('2026-11-20T11'),
  ];
  expect(splitsOf(ends)).toEqual([
    { group: 'one+1', error: 'NullKeys', partitions: ['2026-11-20T08', '2026-11-20T09'] },
  ]);
});
