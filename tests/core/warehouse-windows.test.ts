import fc from 'fast-check';
import { addTo, secondsOf, union, windowsOf, type Seconds } from '../../core/warehouse-windows';

const seconds = (...pairs: readonly (readonly [number, number])[]): Seconds[] =>
  pairs.map(([start, end]) => ({ start, end }));

describe('the seconds that a statement touches', () => {
  test.each([
    [10_000, 12_000, 10, 12],
    [10_001, 11_999, 10, 12],
    [10_999, 11_001, 10, 12],
    [10_200, 10_800, 10, 11],
    // A statement of no time wakes the warehouse, too.
    [10_000, 10_000, 10, 11],
    [10_500, 10_500, 10, 11],
  ])('from %i to %i ms', (from, to, start, end) => {
    expect(secondsOf(from, to)).toEqual({ start, end });
  });
});

describe('the union', () => {
  test.each([
    ['nothing', [], []],
    ['one', [[5, 7]], [[5, 7]]],
    [
      'apart, in any order',
      [
        [9, 10],
        [5, 7],
      ],
      [
        [5, 7],
        [9, 10],
      ],
    ],
    [
      'overlapping',
      [
        [5, 7],
        [6, 9],
      ],
      [[5, 9]],
    ],
    [
      'touching',
      [
        [5, 7],
        [7, 9],
      ],
      [[5, 9]],
    ],
    [
      'one within another',
      [
        [5, 20],
        [6, 7],
        [19, 21],
      ],
      [[5, 21]],
    ],
    [
      'the same twice',
      [
        [5, 7],
        [5, 7],
      ],
      [[5, 7]],
    ],
  ] as [string, [number, number][], [number, number][]][])('%s', (_, given, expected) => {
    expect(union(seconds(...given))).toEqual(seconds(...expected));
  });
});

test('adding one interval after another gives the union', () => {
  const interval = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
    .map(([start, length]) => ({ start, end: start + length }));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 12 }), (intervals) => {
      const merged: Seconds[] = [];
      for (const each of intervals) addTo(merged, each);
      const touched = new Set(
        intervals.flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, index) => start + index),
        ),
      );
      const covered = merged.flatMap(({ start, end }) =>
        Array.from({ length: end - start }, (_, index) => start + index),
      );
      expect(covered).toEqual([...touched].sort((left, right) => left - right));
      expect(merged).toEqual(union(intervals));
    }),
  );
});

describe('windows', () => {
  /** A start, an end, and the seconds in which a statement runs. */
  type Row = [start: number, end: number, busy: number];
  test.each<[string, [number, number][], Row[]]>([
    ['no statement', [], []],
    ['a short statement pays for 60 seconds', [[0, 1]], [[0, 60, 1]]],
    ['a long one for its own time', [[0, 90]], [[0, 90, 90]]],
    ['60 seconds are no more than the least', [[0, 60]], [[0, 60, 60]]],
    [
      'at the same time, they count once',
      [
        [0, 70],
        [10, 80],
      ],
      [[0, 80, 80]],
    ],
    [
      'touching, they are one window',
      [
        [0, 70],
        [70, 80],
      ],
      [[0, 80, 80]],
    ],
    [
      'a pause within the 60 seconds costs nothing more',
      [
        [0, 1],
        [30, 31],
      ],
      [[0, 60, 2]],
    ],
    [
      'one that begins within them may end after them',
      [
        [0, 1],
        [59, 65],
      ],
      [[0, 65, 7]],
    ],
    [
      'the first pause after them ends the window',
      [
        [0, 61],
        [62, 63],
      ],
      [
        [0, 61, 61],
        [62, 122, 1],
      ],
    ],
    [
      'at the end of the 60 seconds, the warehouse sleeps',
      [
        [0, 1],
        [60, 61],
      ],
      [
        [0, 60, 1],
        [60, 120, 1],
      ],
    ],
    [
      'an hour later',
      [
        [0, 1],
        [3_600, 3_601],
      ],
      [
        [0, 60, 1],
        [3_600, 3_660, 1],
      ],
    ],
    [
      'the least counts from the beginning of its own window',
      [
        [0, 100],
        [110, 111],
        [165, 166],
      ],
      [
        [0, 100, 100],
        [110, 170, 2],
      ],
    ],
  ])('%s', (_, given, expected) => {
    const windows = expected.map(([start, end, busy]) => ({ start, end, busy }));
    expect(windowsOf(seconds(...given))).toEqual(windows);
    expect(windowsOf(seconds(...given.toReversed()))).toEqual(windows);
  });

  const statement = fc
    .tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 200 }))
    .map(([start, length]) => ({ start, end: start + length }));

  test('cover every statement once, for at least 60 seconds each, and hold no less than their statements', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 20 }), (statements) => {
        const windows = windowsOf(statements);
        for (const { start, end } of statements)
          expect(windows.filter((each) => each.start <= start && end <= each.end)).toHaveLength(1);
        windows.forEach(({ start, end, busy }, index) => {
          expect(end - start).toBeGreaterThanOrEqual(Math.max(60, busy));
          expect(start).toBeGreaterThanOrEqual(windows[index - 1]?.end ?? 0);
        });
        const running = union(statements).reduce((sum, { start, end }) => sum + end - start, 0);
        expect(windows.reduce((sum, { busy }) => sum + busy, 0)).toBe(running);
      }),
    );
  });

  test('are the same for statements in another order, or given by their union', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 20 }), (statements) => {
        const windows = windowsOf(statements);
        expect(windowsOf(statements.toReversed())).toEqual(windows);
        expect(windowsOf(union(statements))).toEqual(windows);
      }),
    );
  });
});
