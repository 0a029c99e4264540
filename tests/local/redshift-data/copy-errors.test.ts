import fc from 'fast-check';
import { fileNamedIn } from '../../../core/bad-files';
import { diagnoseStatement } from '../../../core/diagnosis';
import { STATEMENT_RULES } from '../../../core/diagnosis-rules';
import type { ErrorName } from '../../../core/errors';
import type { S3Location } from '../../../local/redshift-data/copy/command';
import * as errors from '../../../local/redshift-data/copy/errors';
import { REDSHIFT_TEXTS } from '../../core/redshift-texts';

/**
 * Every error of the twin's COPY is diagnosed to the same error, whatever its key and its column are called and wherever its
 * context is cut.
 */
const REGION = 'eu-central-1';
const ROLE = 'arn:aws:iam::123456789012:role/copy';

interface Names {
  readonly file: S3Location;
  readonly column: string;
}
type Case = readonly [ErrorName, (names: Names) => Error];

const CASES: Readonly<Record<Exclude<keyof typeof errors, 'spectrumError'>, Case>> = {
  unmatchedColumns: ['ColumnMismatch', ({ file }) => errors.unmatchedColumns(12, 8, file, REGION)],
  incompatibleSchema: [
    'ColumnMismatch',
    ({ file, column }) =>
      errors.incompatibleSchema(file, REGION, {
        name: column,
        type: 'INT',
        parquet: `optional int64 ${column}`,
      }),
  ],
  invalidTypeLength: [
    'ColumnMismatch',
    ({ file, column }) => errors.invalidTypeLength(file, REGION, column, 8, 13),
  ],
  tooLongInFile: ['ValueTooLong', ({ file, column }) => errors.tooLongInFile(column, 4, 5, file, REGION)],
  multibyteInFile: ['ValueInvalid', ({ file, column }) => errors.multibyteInFile(column, file, REGION)],
  notUtf8InFile: [
    'ValueInvalid',
    ({ file, column }) => errors.notUtf8InFile(column, { hex: 'a4', code: 3 }, file, REGION),
  ],
  outOfRangeInFile: [
    'ValueInvalid',
    ({ file, column }) => errors.outOfRangeInFile(column, 'SMALLINT', file, REGION),
  ],
  corruptFile: ['UnreadableFile', ({ file }) => errors.corruptFile(file, REGION)],
  footerTooLarge: ['UnreadableFile', ({ file }) => errors.footerTooLarge(file, REGION)],
  unreadForm: [
    'UnreadableFile',
    ({ file }) => errors.unreadForm('the codec is not supported: BROTLI', file, REGION),
  ],
  notParquet: ['UnreadableFile', ({ file }) => errors.notParquet(file, REGION)],
  invalidRange: ['FileOverwritten', ({ file }) => errors.invalidRange(file, REGION)],
  missingMeta: ['ManifestInvalid', () => errors.missingMeta()],
  wrongRegion: ['RegionMismatch', () => errors.wrongRegion()],
  accessDenied: ['AccessDenied', () => errors.accessDenied()],
  noSuchBucket: ['StatementFailed', () => errors.noSuchBucket()],
  noSuchKey: ['FileVanished', () => errors.noSuchKey()],
  noSuchPrefix: ['FileVanished', ({ file }) => errors.noSuchPrefix(file)],
  missingManifest: ['FileVanished', ({ file }) => errors.missingManifest(file)],
  malformedManifest: ['ManifestInvalid', ({ file }) => errors.malformedManifest(file, 'no entries')],
  unauthorizedRole: ['RoleNotAssumable', () => errors.unauthorizedRole(ROLE)],
  foreignRole: ['RoleNotAssumable', () => errors.foreignRole(ROLE)],
  invalidRole: ['StatementFailed', () => errors.invalidRole('copy')],
};

/** Names that hold the texts of all rules. No name closes its quotation and goes on as Redshift does. */
const phrases = fc.constantFrom(
  ...REDSHIFT_TEXTS.map(([, text]) => text.replaceAll("'", '')),
  'part',
  'ü',
  '%20',
  "it's",
);
const name = (longest: number) =>
  fc
    .tuple(fc.array(phrases, { minLength: 1, maxLength: 6 }), fc.nat(200))
    .map(([parts, padding]) => `${'x'.repeat(padding)}${parts.join('/')}`.slice(0, longest));
const names: fc.Arbitrary<Names> = fc.record({
  file: fc.record({ bucket: fc.constantFrom('lake', 'b'.repeat(63)), key: name(1_024) }),
  column: name(127),
});

/** What is wrong with the file comes after its name here. Redshift may cut it. */
const says = (text: string) => !/context: {3}File '/.test(text) || /' has an in[cv]/.test(text);

test.each(Object.entries(CASES))('%s', (_, [expected, make]) => {
  fc.assert(
    fc.property(names, (given) => {
      const { message } = make(given);
      const { name: found } = diagnoseStatement('FAILED', `Query #3 failed with ${message}`, '');
      expect([found, message]).toEqual([says(message) ? expected : 'StatementFailed', message]);
    }),
    { numRuns: 500 },
  );
});

describe('the file of an error whose context is cut', () => {
  const shared = fc.integer({ min: 0, max: 240 }).map((length) => `trips/hour=08/${'p'.repeat(length)}`);
  const ends = fc.uniqueArray(fc.stringMatching(/^[a-c.]{1,6}$/), { minLength: 1, maxLength: 5 });
  const NAMING = [
    'unmatchedColumns',
    'incompatibleSchema',
    'tooLongInFile',
    'notUtf8InFile',
    'invalidRange',
  ] as const;

  test.each(NAMING)('%s: it is found, unless several files begin as the cut name does', (kind) => {
    fc.assert(
      fc.property(shared, ends, (prefix, names) => {
        const files = names.map((each) => ({ key: `${prefix}${each}` }));
        const [file] = files as [{ key: string }];
        const { message } = CASES[kind][1]({ file: { bucket: 'lake', ...file }, column: 'n' });
        const { reason } = diagnoseStatement('FAILED', message, 'statement 1:2');
        const context = /context: {3}(.*)/.exec(message)![1]!;
        const begun = context.slice(context.indexOf('/lake/') + '/lake/'.length);
        // A context that is a little shorter counts as cut as well, since blanks at its end are lost.
        const isCut = context.length >= 248 && file.key.startsWith(begun);
        const possible = files.filter(({ key }) => key.startsWith(begun));
        expect(fileNamedIn(reason, files)).toBe(isCut && possible.length > 1 ? undefined : file);
      }),
      { numRuns: 2_000 },
    );
  });

  it('may be encoded as in a URL, and cut within an escape', () => {
    const files = ['é'.repeat(60), 'è'.repeat(60)].map((key) => ({ key: `trips/hour=08/${key}` }));
    const [file] = files;
    const context = `File 'https://s3.${REGION}.amazonaws.com/lake/${encodeURI(file!.key)}`.slice(0, 256);
    expect(context).toMatch(/%[0-9A-F]?$/);
    expect(fileNamedIn(`context: ${context} query: 0 location: x`, files)).toBe(file);
  });

  it('may hold control characters, which the cause shows escaped', () => {
    const file = { bucket: 'lake', key: 'trips/\u001b[2J\nQuery' };
    const { reason } = diagnoseStatement('FAILED', errors.unmatchedColumns(1, 2, file, REGION).message, '');
    expect(fileNamedIn(reason, [file])).toBe(file);
  });
});

test('the names hold the phrases of all rules', () => {
  const texts = REDSHIFT_TEXTS.map(([, text]) => text);
  const unused = STATEMENT_RULES.filter(({ phrase }) => !texts.some((text) => phrase.test(text)));
  expect(unused).toEqual([]);
});
