import { nullCounts, withNulls } from '../../core/null-counts';

const group = (nulls: Readonly<Record<string, bigint | undefined>>) => ({
  columns: Object.entries(nulls).map(([name, null_count]) => ({
    meta_data: { path_in_schema: [name], statistics: null_count === undefined ? {} : { null_count } },
  })),
});

test('a column holds nothing but nulls if the statistics of all row groups say so', () => {
  const metadata = {
    row_groups: [
      group({ Tip: 2n, toll: 2n, note: 2n, code: 0n }),
      group({ Tip: 3n, toll: 2n, note: undefined, code: 3n }),
    ],
  };
  const nulls = nullCounts(metadata);
  expect(Object.fromEntries(nulls)).toEqual({ tip: 5, toll: 4, code: 3 });
  const fields = ['Tip', 'toll', 'note', 'code'].map((name) => ({ name, type: 'DOUBLE' }));
  const marked = withNulls(fields, 5n, nulls).filter(({ has_only_nulls }) => has_only_nulls);
  expect(marked.map(({ name }) => name)).toEqual(['Tip']);
});

test('a file without rows says nothing of its columns', () => {
  expect(withNulls([{ name: 'tip' }], 0n, new Map([['tip', 0]]))).toEqual([{ name: 'tip' }]);
});
