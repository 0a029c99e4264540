import { LARGEST_FOOTER_BYTES } from '../../../core/footer';
import { SqlError, detailed } from '../sql/errors';
import { httpsUrl, s3Url, type S3Location } from './command';
import type { BadSequence } from './utf8';

const SPECTRUM_ERROR = 'Spectrum Scan Error';
const SPECTRUM_CODE = 15007;

/** A file that COPY cannot read into the table. Its error has a row in SYS_LOAD_ERROR_DETAIL. */
function spectrumError(context: string, file: S3Location): SqlError {
  const message = `${SPECTRUM_ERROR}. ${context}`;
  return detailed(
    SPECTRUM_ERROR,
    { code: SPECTRUM_CODE, context },
    { name: s3Url(file), code: SPECTRUM_CODE, message },
  );
}

export function unmatchedColumns(table: number, data: number, file: S3Location, region: string): SqlError {
  return spectrumError(
    'Unmatched number of columns between table and file. ' +
      `Table columns: ${table}, Data columns: ${data}, File name: ${httpsUrl(file, region)}`,
    file,
  );
}

export function incompatibleSchema(
  file: S3Location,
  region: string,
  column: { readonly name: string; readonly type: string; readonly parquet: string },
): SqlError {
  return spectrumError(
    `File '${httpsUrl(file, region)}' has an incompatible Parquet schema for column ` +
      `'${s3Url(file)}.${column.name}'. Column type: ${column.type}, Parquet schema: ${column.parquet}`,
    file,
  );
}

/** The bytes of a decimal are not the fewest that hold the precision of the table's column. */
export function invalidTypeLength(
  file: S3Location,
  region: string,
  column: string,
  expected: number,
  found: number | undefined,
): SqlError {
  return spectrumError(
    `File '${httpsUrl(file, region)}' column '${column}' has an invalid type length. ` +
      `Expecting: ${expected} len in file: ${found}`,
    file,
  );
}

export function tooLongInFile(
  column: string,
  table: number,
  data: number,
  file: S3Location,
  region: string,
): SqlError {
  return spectrumError(
    `The length of the data column ${column} is longer than the length defined in the table. ` +
      `Table: ${table}, Data: ${data}, File name: ${httpsUrl(file, region)}`,
    file,
  );
}

/** CHAR holds single-byte characters only. The message is that of COPY from text (error 1220); unverified for Parquet. */
export function multibyteInFile(column: string, file: S3Location, region: string): SqlError {
  return spectrumError(
    `Multibyte character not supported for CHAR (Hint: try using VARCHAR). Column: ${column}, File name: ${httpsUrl(file, region)}`,
    file,
  );
}

/** A text that is not UTF-8. The message is that of COPY from text (error 1220); unproven for Parquet. */
export function notUtf8InFile(
  column: string,
  { hex, code }: BadSequence,
  file: S3Location,
  region: string,
): SqlError {
  return spectrumError(
    'String contains invalid or unsupported UTF-8 codepoints. ' +
      `Bad UTF-8 hex sequence: ${hex} (error ${code}). Column: ${column}, File name: ${httpsUrl(file, region)}`,
    file,
  );
}

/** A date, a time or a number that does not fit the column's type. The message is unproven. */
export function outOfRangeInFile(column: string, type: string, file: S3Location, region: string): SqlError {
  return spectrumError(
    `The value of the data column ${column} is out of range for type ${type}. File name: ${httpsUrl(file, region)}`,
    file,
  );
}

/** The footer is intact and the pages are corrupt. The message is unverified: users report different ones by codec. */
export function corruptFile(file: S3Location, region: string): SqlError {
  return spectrumError(`Failed to read Parquet file '${httpsUrl(file, region)}': corrupt data.`, file);
}

/** The twin's own limit; InspectFiles refuses the same files. What Redshift does with them is unproven. */
export function footerTooLarge(file: S3Location, region: string): SqlError {
  return spectrumError(
    `Failed to read Parquet: the local twin reads footers of at most ${LARGEST_FOOTER_BYTES} bytes. File name: ${httpsUrl(file, region)}`,
    file,
  );
}

/** A name, a codec, an encoding or a page that COPY does not read. The text is the twin's own. */
export function unreadForm(what: string, file: S3Location, region: string): SqlError {
  return spectrumError(`Failed to read Parquet: ${what}. File name: ${httpsUrl(file, region)}`, file);
}

/** The file is empty, truncated or no Parquet: Redshift looks for the magic number at the end. */
export function notParquet(file: S3Location, region: string): SqlError {
  return spectrumError(`File '${httpsUrl(file, region)}' has an invalid version number.`, file);
}

/** The manifest's `content_length` differs from the object's size. */
export function invalidRange(file: S3Location, region: string): SqlError {
  return spectrumError(
    `HTTP response error code: 416 Message: InvalidRange The requested range is not satisfiable ` +
      `File name: ${httpsUrl(file, region)}`,
    file,
  );
}

export function missingMeta(): SqlError {
  return detailed(SPECTRUM_ERROR, {
    code: 15003,
    context: "File entry does not have 'meta' key.",
  });
}

function s3ServiceException(message: string, status: number, code: string): string {
  return `S3ServiceException:${message},Status ${status},Error ${code},Rid 0,CanRetry 1`;
}

function s3Error(message: string, status: number, code: string): SqlError {
  const exception = s3ServiceException(message, status, code);
  return detailed(exception, { code: 8001, context: exception, location: 's3_utility.cpp:1' });
}

export function wrongRegion(): SqlError {
  return s3Error(
    'The S3 bucket addressed by the query is in a different region from this cluster.',
    301,
    'PermanentRedirect',
  );
}

/** The role's or the bucket's policy denies access: Redshift does not say which. */
export function accessDenied(): SqlError {
  return s3Error('Access Denied', 403, 'AccessDenied');
}

export function noSuchBucket(): SqlError {
  return s3Error('The specified bucket does not exist', 404, 'NoSuchBucket');
}

export function noSuchKey(): SqlError {
  return s3Error('The specified key does not exist.', 404, 'NoSuchKey');
}

export function noSuchPrefix(location: S3Location): SqlError {
  return detailed(`The specified S3 prefix '${location.key}' does not exist`, {
    code: 8001,
    context: `The specified S3 prefix '${location.key}' does not exist`,
    location: 's3_utility.cpp:1',
  });
}

export function missingManifest(location: S3Location): SqlError {
  const exception = s3ServiceException('The specified key does not exist.', 404, 'NoSuchKey');
  return detailed(`Problem reading manifest file - ${exception}`, {
    code: 8001,
    context: `Manifest file location = ${s3Url(location)}`,
    location: 's3_utility.cpp:1',
  });
}

export function malformedManifest(location: S3Location, what: string): SqlError {
  return detailed('Manifest file is not in correct json format', {
    code: 8001,
    context: `Manifest file location = ${s3Url(location)} (${what})`,
    location: 's3_utility.cpp:1',
  });
}

export function unauthorizedRole(arn: string): SqlError {
  return new SqlError(
    `ERROR: exception name : UnauthorizedException, error type : 135, message: Not authorized to get credentials of role ${arn}, should retry : 0`,
  );
}

export function foreignRole(arn: string): SqlError {
  return new SqlError(
    `ERROR: exception name : UnauthorizedException, error type : 135, message: Role needs to be owned by the same account with cluster: ${arn}, should retry : 0`,
  );
}

export function invalidRole(role: string): SqlError {
  return new SqlError(`ERROR: Invalid IAM role ARN: '${role}'`);
}
