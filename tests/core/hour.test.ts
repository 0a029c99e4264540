import fc from 'fast-check';
import { addHours, hourOf, isHour, lastClosedHour, startOfHour, timestampText } from '../../core/hour';
import { loadErrorOf } from './load-error';

const anyHour = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2199-12-31T23:59:59Z'), noInvalidDate: true })
  .map(hourOf);

describe('isHour', () => {
  test.each(['2026-11-23T08', '2026-01-01T00', '2026-12-31T23', '2024-02-29T12', '2000-02-29T00'])(
    '%s',
    (text) => {
      expect(isHour(text)).toBe(true);
    },
  );

  test.each([
    '2026-02-29T08',
    '2026-02-30T08',
    '1900-02-29T00',
    '2026-04-31T00',
    '2026-13-01T00',
    '2026-00-10T00',
    '2026-11-23T24',
    '2026-11-23T8',
    '2026-11-23 08',
    '2026-11-23T08:00',
    '2026-11-23T08Z',
    ' 2026-11-23T08',
    '2026-11-23T08\n',
    '26-11-23T08',
    '٢٠٢٦-١١-٢٣T٠٨',
    '',
  ])('%j is not an hour', (text) => {
    expect(isHour(text)).toBe(false);
  });
});

describe('addHours', () => {
  test.each([
    ['2026-12-31T23', 1, '2027-01-01T00'],
    ['2027-01-01T00', -1, '2026-12-31T23'],
    ['2024-02-28T23', 1, '2024-02-29T00'],
    ['2024-02-29T23', 1, '2024-03-01T00'],
    ['2026-02-28T23', 1, '2026-03-01T00'],
    // The nights in which New York and Berlin change their clocks have 24 hours in UTC.
    ['2026-03-08T00', 24, '2026-03-09T00'],
    ['2026-03-29T00', 24, '2026-03-30T00'],
    ['2026-11-01T00', 24, '2026-11-02T00'],
    ['2026-11-23T08', 0, '2026-11-23T08'],
  ])('%s %d', (hour, hours, expected) => {
    expect(addHours(hour, hours)).toBe(expected);
  });

  test('can be undone, and a later hour is greater as text', () => {
    fc.assert(
      fc.property(anyHour, fc.integer({ min: 1, max: 100_000 }), (hour, hours) => {
        const later = addHours(hour, hours);
        expect(later > hour).toBe(true);
        expect(addHours(later, -hours)).toBe(hour);
      }),
    );
  });

  test.each(['2026-02-30T08', 'yesterday', ''])('%j is refused', (hour) => {
    expect(loadErrorOf(() => addHours(hour, 1))).toMatchObject({
      name: 'InvalidInput',
      reason: `"${hour}" is not an hour.`,
    });
  });
});

test('an hour starts at the time that it names', () => {
  fc.assert(fc.property(anyHour, (hour) => expect(hourOf(startOfHour(hour))).toBe(hour)));
  expect(startOfHour('2026-11-23T08').toISOString()).toBe('2026-11-23T08:00:00.000Z');
});

test('a time as a TIMESTAMP literal', () => {
  expect(timestampText(new Date('2026-12-31T23:59:59.999Z'))).toBe('2026-12-31 23:59:59.999');
});

describe('lastClosedHour', () => {
  test.each([
    ['2026-11-23T09:20:00.000Z', 20, '2026-11-23T08'],
    ['2026-11-23T09:19:59.999Z', 20, '2026-11-23T07'],
    ['2026-11-23T09:00:00.000Z', 0, '2026-11-23T08'],
    ['2026-11-23T08:59:59.999Z', 0, '2026-11-23T07'],
    ['2027-01-01T00:20:00.000Z', 20, '2026-12-31T23'],
    ['2027-01-01T00:10:00.000Z', 20, '2026-12-31T22'],
    ['2024-03-01T00:30:00.000Z', 20, '2024-02-29T23'],
    // Longer than an hour, and than a day.
    ['2026-11-23T09:20:00.000Z', 90, '2026-11-23T06'],
    ['2026-11-23T09:20:00.000Z', 1_440, '2026-11-22T08'],
  ])('at %s with %d minutes to settle: %s', (now, settleMinutes, hour) => {
    expect(lastClosedHour(new Date(now), settleMinutes)).toBe(hour);
  });

  test('ended at least the settle time ago, and the next hour did not', () => {
    const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 1_440 }), (now, settleMinutes) => {
        const end = startOfHour(addHours(lastClosedHour(now, settleMinutes), 1)).getTime();
        const settled = now.getTime() - settleMinutes * 60_000;
        expect(end).toBeLessThanOrEqual(settled);
        expect(end + 3_600_000).toBeGreaterThan(settled);
      }),
    );
  });
});
