import fc from 'fast-check';
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

test('the names hold the phrases of all rules', () => {
  const texts = REDSHIFT_TEXTS.map(([, text]) => text);
  const unused = STATEMENT_RULES.filter(({ phrase }) => !texts.some((text) => phrase.test(text)));
  expect(unused).toEqual([]);
});
