import fc from 'fast-check';
import {
  EMPTY_FINGERPRINT,
  filesAmong,
  filesBeyond,
  filesByHour,
  fingerprintOf,
  isDataFile,
  type LakeFile,
} from '../../core/files';

const file = (key: string, etag = 'e1', size = 100): LakeFile => ({ key, etag, size });
const anyFile = fc.record({ key: fc.string(), etag: fc.string(), size: fc.nat() });

describe('a fingerprint', () => {
  test('has 64 hexadecimal digits, even of no files', () => {
    expect(fingerprintOf([file('a')])).toMatch(/^[0-9a-f]{64}$/);
    expect(EMPTY_FINGERPRINT).toMatch(/^[0-9a-f]{64}$/);
    expect(EMPTY_FINGERPRINT).toBe(fingerprintOf([]));
  });

  test('is the same for every order', () => {
    fc.assert(
      fc.property(fc.array(anyFile), (files) => {
        expect(fingerprintOf([...files].reverse())).toBe(fingerprintOf(files));
        expect(fingerprintOf([...files.slice(1), ...files.slice(0, 1)])).toBe(fingerprintOf(files));
      }),
    );
  });

  test.each([
    ['another key', [file('b')]],
    ['another ETag: the object was overwritten', [file('a', 'e2')]],
    ['another size', [file('a', 'e1', 101)]],
    ['one more', [file('a'), file('b')]],
    ['none', []],
  ])('differs for %s', (_, files) => {
    expect(fingerprintOf(files)).not.toBe(fingerprintOf([file('a')]));
  });

  test('differs if the same characters belong to other members', () => {
    expect(fingerprintOf([file('a"', 'b')])).not.toBe(fingerprintOf([file('a', '"b')]));
    expect(fingerprintOf([file('a\nb')])).not.toBe(fingerprintOf([file('a'), file('b')]));
    expect(fingerprintOf([file('a', '1', 11)])).not.toBe(fingerprintOf([file('a', '11', 1)]));
  });
});

const byKey = (left: LakeFile, right: LakeFile) => (left.key < right.key ? -1 : 1);

describe('filesBeyond', () => {
  test('are the new and the overwritten files, not the deleted ones', () => {
    const before = [file('kept'), file('overwritten', 'e1'), file('gone')];
    const now = [file('overwritten', 'e2'), file('new'), file('kept')];
    expect(filesBeyond(now, before)).toEqual([file('overwritten', 'e2'), file('new')]);
    expect(filesBeyond(before, now)).toEqual([file('overwritten', 'e1'), file('gone')]);
    expect(filesBeyond(now, now)).toEqual([]);
    expect(filesBeyond(now, [])).toEqual(now);
    // filesAmong returns the others.
    for (const [files, others] of [
      [now, before],
      [before, now],
    ] as const) {
      const split = [...filesAmong(files, others), ...filesBeyond(files, others)];
      expect(split.sort(byKey)).toEqual([...files].sort(byKey));
    }
    expect(filesAmong(now, before)).toEqual(filesAmong(before, now));
    expect(filesAmong(now, now)).toEqual(now);
    expect(filesAmong(now, [])).toEqual([]);
  });
});

describe('isDataFile', () => {
  const PREFIX = 'trips/_raw/2026/11/23/08/';

  test.each([
    'part-0.parquet',
    'a/b/part-0.parquet',
    'no-extension',
    'in_the_middle.and.dots',
    'stream-1-2026-11-23-08-00-01-1b2c.parquet',
  ])('%s holds data', (name) => {
    expect(isDataFile(`${PREFIX}${name}`, PREFIX)).toBe(true);
  });

  test.each([
    '',
    '_SUCCESS',
    '.part-0.crc',
    'part-0.parquet.crc',
    '_temporary/0/part-0.parquet',
    'a/_b/part',
    'a/.b',
    'folder/',
    'a_$folder$',
    'a/b_$folder$',
  ])('%j holds no data', (name) => {
    expect(isDataFile(`${PREFIX}${name}`, PREFIX)).toBe(false);
  });
});

describe('filesByHour', () => {
  const TEMPLATE = '_lake/.v1/year={yyyy}/month={MM}/day={dd}/hour={HH}/';
  const inHour = (day: string, hour: string, name: string) =>
    file(`_lake/.v1/year=2026/month=11/day=${day}/hour=${hour}/${name}`);

  test('groups a listing: the oldest hour first, the keys in the listing’s order', () => {
    const a = inHour('23', '10', 'a');
    const b = inHour('23', '10', 'b');
    const c = inHour('23', '01', 'c');
    const d = inHour('22', '23', 'd');
    expect([...filesByHour(TEMPLATE, [a, b, c, d])]).toEqual([
      ['2026-11-22T23', [d]],
      ['2026-11-23T01', [c]],
      ['2026-11-23T10', [a, b]],
    ]);
  });

  test('leaves out hidden files and folder markers, but only below the prefix', () => {
    const listing = [
      inHour('23', '08', ''),
      inHour('23', '08', '_SUCCESS'),
      inHour('23', '08', 'sub/.hidden'),
      inHour('23', '08', 'part'),
      inHour('23', '09', '_SUCCESS'),
    ];
    expect([...filesByHour(TEMPLATE, listing)]).toEqual([['2026-11-23T08', [inHour('23', '08', 'part')]]]);
  });

  test('leaves out files that belong to no hour', () => {
    const listing = [
      file('_lake/.v1/year=2026/readme'),
      inHour('31', '08', 'x'),
      inHour('23', '1', 'x'),
      inHour('23', '24', 'x'),
    ];
    expect(filesByHour(TEMPLATE, listing).size).toBe(0);
  });

  test('reads Firehose’s default prefix', () => {
    const one = file('views/2026/12/31/23/views-1-2026-12-31-23-59-59-uuid.parquet');
    expect([...filesByHour('views/{yyyy}/{MM}/{dd}/{HH}/', [one])]).toEqual([['2026-12-31T23', [one]]]);
  });
});
