import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCheck } from '../../../cli/init/check';
import type { CheckDocument } from '../../../cli/init/check-document';
import { parseDataset } from '../../../core/dataset';
import { CapturedOutput } from '../../../testkit/captured-output';
import { parquetOf } from '../../../testkit/parquet';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const orders = parseDataset(
  `dataset: orders
source: { prefix: 'orders/{yyyy}/{MM}/{dd}/{HH}/' }
target: { table: orders, key: [id], event_time: at }
columns:
  - { name: id, type: varchar(8), required: true }
  - { name: at, type: timestamp, required: true }
  - { name: amount, type: 'decimal(6,2)' }
  - { name: count, type: smallint }
  - { name: note, type: varchar(10) }
  - { name: never, type: boolean }
`,
  'orders.yml',
);
const folder = temporaryFolder('sluice-check-test-');
afterAll(() => rmSync(folder, { recursive: true }));

async function check(file: string, text = '') {
  const [json, shown] = [new CapturedOutput(true), new CapturedOutput(false)];
  const run = ({ output }: CapturedOutput) =>
    runCheck(output, [orders], { file }, Readable.from([Buffer.from(text)]));
  const code = await run(json);
  expect(await run(shown)).toBe(code);
  return { code, document: json.document<CheckDocument>(), text: shown.stdout };
}

const event = (members: object) => JSON.stringify({ id: 'a', at: '2026-11-23T08:15:00Z', ...members });

describe('events', () => {
  test('that the dataset takes are all there is to say', async () => {
    const { code, text, document } = await check(
      '-',
      [event({ never: true, amount: 1, count: 1, note: 'x' }), event({ never: false })].join('\n'),
    );
    expect(code).toBe(0);
    expect(text).toBe('✔ Dataset orders takes all 2 events of standard input.\n');
    expect(document).toEqual({
      path: 'standard input',
      format: 'events',
      dataset: 'orders',
      rows: 2,
      taken: 2,
      refused: 0,
      reasons: [],
      unknown: [],
      empty_columns: [],
      near_limits: [],
      notes: [],
    });
  });

  test('that it refuses are counted by reason, each with an example and its line', async () => {
    const { code, document, text } = await check(
      '-',
      [
        event({ amount: 1.234 }),
        event({ amount: 9.999, extra: 1 }),
        'no JSON',
        '',
        `${event({})}${event({ at: null })}`,
        event({ note: 'x'.repeat(9), count: -30_000, extra: null }),
        event({ note: 'x' }),
        `{"id":"${'x'.repeat(1_024_000)}"}`,
      ].join('\n'),
    );
    expect(code).toBe(1);
    expect(document).toMatchObject({ rows: 8, taken: 2, refused: 6 });
    expect(document.reasons).toEqual([
      {
        reason: 'not exact as a decimal(6,2): it has more than 2 decimals',
        column: 'amount',
        rows: 2,
        example: { at: 1, text: 'amount: 1.234 is not exact as a decimal(6,2): it has more than 2 decimals' },
      },
      {
        reason: 'null',
        column: 'at',
        rows: 2,
        example: { at: 5, text: 'event 2 of 2 in the record: at is null' },
      },
      {
        reason: 'not JSON',
        column: null,
        rows: 1,
        example: { at: 3, text: expect.stringMatching(/^not JSON: /) as string },
      },
      {
        reason: 'larger than a record of Firehose',
        column: null,
        rows: 1,
        example: { at: 8, text: '1,024,009 bytes long, and Firehose takes records of up to 1,024,000' },
      },
    ]);
    expect(document.unknown).toEqual([{ name: 'extra', rows: 2 }]);
    // A column whose values are refused is not empty.
    expect(document.empty_columns).toEqual(['never']);
    expect(document.near_limits).toEqual([
      { column: 'count', type: 'SMALLINT', found: 30_000, limit: 32_767 },
      { column: 'note', type: 'VARCHAR(10)', found: 9, limit: 10 },
    ]);
    expect(text).toContain('✘ Dataset orders takes 2 of 8 events of standard input, and refuses 6.\n');
    expect(text).toContain(
      '  2 events. at: null\n    for example in line 5: event 2 of 2 in the record: at is null\n',
    );
    expect(text).toContain('  note, VARCHAR(10): 9 of 10 bytes\n');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('that are not there are no success', async () => {
    await expect(check('-', '\n')).rejects.toMatchObject({ name: 'EmptySample' });
  });
});

describe('a Parquet file', () => {
  const good = {
    id: `'a' || i`,
    at: `TIMESTAMP '2026-11-23 08:15:00'`,
    amount: '1.5::DECIMAL(6,2)',
    count: 'i::SMALLINT',
    note: `'x'`,
    never: 'true',
  };
  async function file(name: string, columns: Record<string, string>, rows = 10, ...options: string[]) {
    const path = join(folder, name);
    const select = Object.entries(columns).map(([column, value]) => `${value} AS "${column}"`);
    writeFileSync(
      path,
      await parquetOf(`SELECT ${select.join(', ')} FROM range(${rows}) AS rows(i)`, ...options),
    );
    return path;
  }

  test('that the dataset takes is all there is to say', async () => {
    const path = await file('good.parquet', good);
    const { code, document, text } = await check(path);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      rows: 10,
      taken: 10,
      refused: 0,
      reasons: [],
      empty_columns: [],
      near_limits: [],
    });
    expect(text).toContain(`✔ Dataset orders takes all 10 rows`);
    expect(text).toContain('The file has the columns of dataset orders.');
  });

  test('as Firehose writes it fits, with decimals as text', async () => {
    const path = await file('firehose.parquet', {
      ...good,
      amount: `CASE i WHEN 1 THEN '9999.99' ELSE '1.50' END`,
      count: 'CASE i WHEN 0 THEN -32768 ELSE i END::INTEGER',
      at: `TIMESTAMP '2026-11-23 08:15:00'`,
    });
    const { code, document } = await check(path);
    expect(code).toBe(0);
    expect(document).toMatchObject({ taken: 10, reasons: [] });
    expect(document.near_limits).toEqual([
      { column: 'amount', type: 'DECIMAL(6, 2)', found: 9_999.99, limit: 10_000 },
      { column: 'count', type: 'SMALLINT', found: 32_768, limit: 32_767 },
    ]);
  });

  test('has times in UTC, and days of them', async () => {
    const days = parseDataset(
      `dataset: days
source: { prefix: 'days/{yyyy}/{MM}/{dd}/{HH}/' }
target: { table: days, key: [id], event_time: at }
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
  - { name: on_day, type: date }
`,
      'days.yml',
    );
    const path = await file('days.parquet', {
      id: 'i',
      at: `TIMESTAMPTZ '2026-11-23 23:15:00-01'`,
      on_day: `TIMESTAMPTZ '2026-11-23 23:00:00-01' + INTERVAL (i // 9) MINUTE`,
    });
    const captured = new CapturedOutput(true);
    expect(await runCheck(captured.output, [days], { file: path })).toBe(1);
    expect(captured.document<CheckDocument>().reasons).toMatchObject([
      {
        column: 'on_day',
        rows: 1,
        example: { at: 10, text: expect.stringMatching(/^2026-11-24 00:01:00/) as string },
      },
    ]);
  });

  test('is refused row by row, as COPY and ValidateStaging would', async () => {
    const path = await file('rows.parquet', {
      note: `CASE i WHEN 4 THEN 'much too long for it' ELSE 'x' END`,
      id: `CASE i WHEN 2 THEN NULL WHEN 3 THEN 'a ' ELSE 'a' || i END`,
      at: `TIMESTAMPTZ '2026-11-23 08:15:00+00'`,
      amount: `CASE WHEN i IN (2, 7) THEN 1.234 ELSE 1.5 END::DOUBLE`,
      count: '(i * 3200)::INTEGER',
      never: 'NULL::INTEGER',
    });
    const { code, document } = await check(path);
    expect(code).toBe(1);
    // Row 3 is wrong in two ways, and counts once.
    expect(document).toMatchObject({ rows: 10, taken: 6, refused: 4 });
    expect(document.reasons).toEqual([
      { reason: 'null', column: 'id', rows: 1, example: { at: 3, text: '' } },
      {
        reason: 'longer than the 10 bytes that are allowed',
        column: 'note',
        rows: 1,
        example: { at: 5, text: 'much too long for it' },
      },
      {
        reason: 'cannot be DECIMAL(6, 2) without a change (the files have DOUBLE PRECISION)',
        column: 'amount',
        rows: 2,
        example: { at: 3, text: '1.234' },
      },
      {
        reason: 'end with a blank, which Redshift ignores when it compares keys',
        column: 'id',
        rows: 1,
        example: { at: 4, text: 'a ' },
      },
    ]);
    expect(document.empty_columns).toEqual(['never']);
    expect(document.near_limits).toMatchObject([
      { column: 'count', found: 28_800 },
      { column: 'note', found: 20 },
    ]);
    expect(document.notes.at(-1)).toMatch(/^A load refuses the whole file for one such row/);
  });

  test('with other columns, or that COPY does not read, is refused as a whole', async () => {
    const { note, ...others } = good;
    const { code, document, text } = await check(
      await file('columns.parquet', { ...others, amount: 'true', extra: note }),
    );
    expect(code).toBe(1);
    expect(document).toMatchObject({
      rows: 10,
      taken: 0,
      refused: 10,
      unknown: [{ name: 'extra', rows: 10 }],
    });
    expect(document.reasons).toEqual([
      {
        reason:
          'the file does not have the columns of dataset orders: missing: note; extra: extra; with another type: amount (found BOOLEAN, expected DECIMAL(6, 2))',
        column: null,
        rows: 10,
        example: { at: null, text: '' },
      },
    ]);
    expect(text).toContain('Columns of the file that the dataset does not have\n  extra\n');
    const brotli = await check(await file('brotli.parquet', good, 3, 'COMPRESSION brotli'));
    expect(brotli.document.reasons).toMatchObject([
      {
        reason: expect.stringMatching(
          /^COPY does not read the file: column id is compressed with BROTLI/,
        ) as string,
      },
    ]);
  });

  test.each([
    ['is cut off', Buffer.from('PAR1 and nothing else'), 'UnreadableSample', /it is cut off/],
    ['has no rows', undefined, 'EmptySample', /has no rows/],
  ])('that %s is an error by name', async (_, content, name, message) => {
    const path = await file('none.parquet', good, 0);
    if (content) writeFileSync(path, content);
    await expect(check(path)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });

  test('with broken data and a sound footer cannot be read', async () => {
    const path = await file('broken.parquet', good);
    const bytes = await parquetOf(
      `SELECT 'a' AS id, TIMESTAMP '2026-11-23' AS at, 1::DECIMAL(6,2) AS amount, 1::SMALLINT AS count, 'x' AS note, true AS never`,
    );
    writeFileSync(path, Buffer.from(bytes).fill(0xff, 4, 80));
    await expect(check(path)).rejects.toMatchObject({ name: 'UnreadableSample' });
  });
});
