import fc from 'fast-check';
import { scannedRange, targetScan, widestRange } from '../../core/target-scan';
import { ordersDataset } from './orders';

describe('what a merge reads of the target', () => {
  const scanOf = (target: object, load: object = {}) =>
    targetScan(ordersDataset({ target: { sortkey: ['ordered_at'], distkey: 'order_id', ...target }, load }));

  test.each<[string, object, object, string, string | null]>([
    ['nothing is promised', {}, {}, 'the key of every row', null],
    [
      'nothing is promised, and no distkey',
      { distkey: undefined },
      {},
      'the key of every row',
      'target.distkey is not set',
    ],
    [
      'nothing is promised, distkey not of the key',
      { distkey: 'status' },
      {},
      'the key of every row',
      'target.distkey is status',
    ],
    [
      'it never changes',
      { event_time_immutable: true },
      {},
      'only rows of the target whose ordered_at is in the staged range',
      null,
    ],
    ['false promises nothing', { event_time_immutable: false }, {}, 'the key of every row', null],
    ['it drifts', { event_time_drift_hours: 3 }, {}, 'the staged range and 3 h before and after it', null],
    ['no sort key', { event_time_drift_hours: 3, sortkey: [] }, {}, 'only rows', 'target.sortkey is not set'],
    [
      'another sort key',
      { event_time_drift_hours: 0, sortkey: ['order_id', 'ordered_at'] },
      {},
      'only rows',
      'target.sortkey begins with order_id',
    ],
    [
      'MERGE',
      { event_time_immutable: true },
      { strategy: 'merge' },
      'the key of every row',
      'delete-insert reads only the staged range',
    ],
  ])('%s', (_, target, load, reads, warning) => {
    const scan = scanOf(target, load);
    expect(scan.reads).toContain(reads);
    if (warning === null) expect(scan.warning).toBeNull();
    else expect(scan.warning).toContain(warning);
  });
});

describe('the range of event times', () => {
  const range = (first: string, last: string, hours: number) => {
    const scanned = scannedRange({ first, last }, hours);
    return [scanned.first, scanned.last];
  };

  test.each<[string, string, number, string, string]>([
    [
      '2026-11-20 08:00:00',
      '2026-11-20 08:59:59.999999',
      0,
      '2026-11-20 08:00:00',
      '2026-11-20 08:59:59.999999',
    ],
    [
      '2026-11-20 08:00:00',
      '2026-11-20 08:59:59.999999',
      2,
      '2026-11-20 06:00:00',
      '2026-11-20 10:59:59.999999',
    ],
    ['2026-01-01 00:00:00.5', '2028-02-28 23:00:00', 25, '2025-12-30 23:00:00.5', '2028-03-01 00:00:00'],
    ['0001-01-01 00:30:00', '9999-12-31 23:30:00', 1, '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999'],
    ['0044-03-15 00:00:00 BC', '12026-01-01 00:00:00', 1, '0044-03-15 00:00:00 BC', '12026-01-01 00:00:00'],
  ])('%s to %s, wider by %d h', (first, last, hours, from, to) => {
    expect(range(first, last, hours)).toEqual([from, to]);
  });

  test('holds each time that is at most so many hours from a staged one', () => {
    const time = fc.date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    const text = (at: Date) => at.toISOString().slice(0, 23).replace('T', ' ');
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 1, max: 8_784 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (at, hours, share) => {
          const [from = '', to = ''] = range(text(at), text(at), hours);
          const other = text(new Date(at.getTime() + Math.trunc(share * hours * 3_600_000)));
          expect(from <= other && other <= to).toBe(true);
        },
      ),
    );
  });
});

describe('the widest range', () => {
  const range = (first: string, last: string) => ({ first, last });

  test.each([
    [[], undefined],
    [
      [
        range('2026-11-20 08:00:00', '2026-11-20 08:59:59.5'),
        range('2026-11-20 07:00:00', '2026-11-20 08:59:59'),
      ],
      range('2026-11-20 07:00:00', '2026-11-20 08:59:59.5'),
    ],
    [
      [
        range('0044-03-15 00:00:00 BC', '2026-11-20 08:00:00'),
        range('0043-01-01 00:00:00 BC', '12026-01-01 00:00:00'),
      ],
      range('0044-03-15 00:00:00 BC', '12026-01-01 00:00:00'),
    ],
    [
      [
        range('0001-01-01 00:00:00', '9999-12-31 00:00:00'),
        range('0044-03-15 (BC) 00:00:00', '10000-01-01 00:00:00'),
      ],
      range('0044-03-15 (BC) 00:00:00', '10000-01-01 00:00:00'),
    ],
  ])('of %j', (ranges, widest) => {
    expect(widestRange(ranges)).toEqual(widest);
  });
});
