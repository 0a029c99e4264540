import { fileNamedIn } from '../../core/bad-files';
import { diagnoseStatement } from '../../core/diagnosis';
import { LoadError } from '../../core/errors';
import { mayNameFile, withFileName } from '../../core/load-errors';

const boxed = (context: string) =>
  `ERROR: Spectrum Scan Error\n  error:  Spectrum Scan Error\n  code:      15007\n  context:   ${context.slice(0, 256)}\n  query:     0\n  location:  dory_util.cpp:1450`;
const failed = (context: string) => diagnoseStatement('FAILED', boxed(context), 'statement 1:2');

const LONG = 'p'.repeat(200);
const [first, second] = ['trips/', 'trips/other/'].map((folder) => `${folder}${LONG}.parquet`) as [
  string,
  string,
];
const url = (key: string) => `https://s3.us-east-1.amazonaws.com/lake/${key}`;
const tooLong = (key: string) =>
  `The length of the data column status is longer than the length defined in the table. Table: 4, Data: 5, File name: ${url(key)}`;
const incompatible = (key: string) =>
  `File '${url(key)}' has an incompatible Parquet schema for column 's3://lake/${key}.n'. Column type: INT`;
const row = (key: string, message: string) => ({
  file_name: `s3://lake/${key}`.slice(0, 256),
  error_message: `Spectrum Scan Error. ${message}`.slice(0, 512),
});

test.each([
  ['a value that is too long', failed(tooLong(first)), true],
  ['a text that is cut before it says anything', failed(incompatible(`${LONG}${LONG}`)), true],
  ['a role', diagnoseStatement('FAILED', 'Not authorized to get credentials of role x', ''), false],
  ['a conflict', diagnoseStatement('FAILED', '1023 Serializable isolation violation', ''), false],
  ['an unknown error', diagnoseStatement('FAILED', 'ERROR: Disk Full', ''), false],
])('%s: whether a file may be to blame', (_, error, may) => {
  expect(mayNameFile(error)).toBe(may);
});

describe('the error of a COPY', () => {
  it('gets the whole name of its file', () => {
    const error = withFileName(failed(tooLong(first)), [row(first, tooLong(first))]);
    expect(error).toMatchObject({ name: 'ValueTooLong', fix: failed(tooLong(first)).fix });
    expect(error.reason).toBe(`${failed(tooLong(first)).reason}; SYS_LOAD_ERROR_DETAIL: s3://lake/${first}`);
    expect(fileNamedIn(error.reason, [{ key: second }, { key: first }])).toEqual({ key: first });
  });

  it('gets the file that its cut text begins to name, of several', () => {
    const rows = [row(second, tooLong(second)), row(first, tooLong(first))];
    for (const key of [first, second]) {
      const { reason } = withFileName(failed(tooLong(key)), rows);
      expect(fileNamedIn(reason, [{ key: first }, { key: second }])).toEqual({ key });
    }
  });

  it('gets no file that has another error', () => {
    const rows = [row(first, incompatible(first)), row(second, tooLong(second))];
    const cut = failed(`${tooLong('').replace(url(''), '')}${'x'.repeat(256)}`);
    expect(withFileName(cut, rows).reason).toContain(`s3://lake/${second}`);
  });

  it('gets its name, its fix and the message if its own text is cut before it says anything', () => {
    const key = `${LONG}${LONG}/a.parquet`;
    const error = withFileName(failed(incompatible(key)), [row(key, incompatible(key))]);
    expect(error.name).toBe('ColumnMismatch');
    expect(error.fix).toContain('sluice inspect');
    expect(error.reason).toContain(' has an incompatible Parquet s');
    expect(error.reason).toMatch(/; SYS_LOAD_ERROR_DETAIL: s3:\/\/lake\/p+$/);
  });

  it('finds a file whose name the view has cut, too, if it is the only one that begins so', () => {
    const keys = ['a', 'b'].map((end) => ({ key: `${LONG}${end}/${LONG}` }));
    for (const { key } of keys) {
      const { reason } = withFileName(failed(tooLong(key)), [row(key, tooLong(key))]);
      expect(fileNamedIn(reason, keys)).toEqual({ key });
    }
    const alike = ['a', 'b'].map((end) => ({ key: `${LONG}${LONG}${end}` }));
    const { reason } = withFileName(failed(tooLong(alike[0]!.key)), [
      row(alike[0]!.key, tooLong(alike[0]!.key)),
    ]);
    expect(fileNamedIn(reason, alike)).toBeUndefined();
  });

  it('stays as it is without rows', () => {
    const error = failed(tooLong(first));
    expect(withFileName(error, [])).toBe(error);
  });

  it('stays an error on one line, whatever the view holds', () => {
    const error = withFileName(failed(tooLong('a')), [row('a\nFix: x\u001b', tooLong('a'))]);
    expect(error).toBeInstanceOf(LoadError);
    expect(error.reason).toContain('s3://lake/a\\nFix: x\\u001b');
  });
});
