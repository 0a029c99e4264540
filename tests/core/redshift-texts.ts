import type { ErrorName } from '../../core/errors';

export const ROLE = 'arn:aws:iam::123456789012:role/sluice-copy';

/** What Redshift writes, in the words that users report, and the error that each text means. Every rule has its text. */
export const REDSHIFT_TEXTS: readonly (readonly [ErrorName, string])[] = [
  [
    'ColumnMismatch',
    'ERROR: Spectrum Scan Error Detail: ----------------------------------------------- error: Spectrum Scan Error code: 15007 context: Unmatched number of columns between table and file. Table columns: 12, Data columns: 8, File name: https://s3.us-east-1.amazonaws.com/lake/trips/part-0.parquet',
  ],
  [
    'ColumnMismatch',
    'S3 Query Exception (Fetch). Task failed due to an internal error. code: 15001 Unmatched number of columns between table and file. Table columns: 12, Data columns: 8',
  ],
  [
    'ColumnMismatch',
    "ERROR: Spectrum Scan Error code: 15007 File 'https://s3.us-east-1.amazonaws.com/lake/a.parquet' has an incompatible Parquet schema for column 's3://lake/a.parquet.total'. Column type: DECIMAL(10, 2), Parquet schema: optional double total [i:3 d:1 r:0]",
  ],
  [
    'ColumnMismatch',
    "File 'https://s3.us-east-1.amazonaws.com/lake/a.parquet' has an incompatible Parquet s",
  ],
  [
    'ColumnMismatch',
    "Spectrum Scan Error … column 'total' has an invalid type length. Expecting: 8 len in file: 13",
  ],
  ['ColumnMismatch', 'Spectrum Scan Error … Unreachable - Invalid type: 4000'],
  [
    'ValueInvalid',
    'Spectrum Scan Error … String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: a4 (error 3)',
  ],
  [
    'RegionMismatch',
    'S3ServiceException:The S3 bucket addressed by the query is in a different region from this cluster.,Status 301,Error PermanentRedirect,Rid 1',
  ],
  ['RegionMismatch', 'ERROR: REGION argument is not supported for PARQUET based COPY'],
  [
    'RoleNotAssumable',
    `exception name : UnauthorizedException, error type : 135, message: Not authorized to get credentials of role ${ROLE}, should retry : 0`,
  ],
  [
    'RoleNotAssumable',
    `User arn:aws:redshift:us-east-1:123456789012:dbuser:ns/loader is not authorized to assume IAM Role ${ROLE}. Detail: error code 8001`,
  ],
  ['RoleNotAssumable', 'Role needs to be owned by the same account with cluster'],
  [
    'AccessDenied',
    'S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 1,ExtRid x,CanRetry 1',
  ],
  ['AccessDenied', 'Spectrum Scan Error: HTTP response error code: 403 Message: AccessDenied Access Denied'],
  ['ManifestInvalid', 'COPY with MANIFEST parameter requires full path of an S3 object.'],
  ['ManifestInvalid', "File entry does not have 'meta' key."],
  ['FileOverwritten', 'Spectrum Scan Error: HTTP response error code: 416 Message: InvalidRange'],
  ['FileVanished', 'Spectrum Scan Error: HTTP response error code: 404 Message: NoSuchKey'],
  ['FileVanished', 'S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey'],
  ['FileVanished', "The specified S3 prefix 'trips/part-0.parquet' does not exist"],
  [
    'UnreadableFile',
    "File 'https://s3.us-east-1.amazonaws.com/lake/a.csv' has an invalid version number: ...",
  ],
  ['UnreadableFile', 'Invalid metadata size in file footer: 143101950 bytes. File size: 51961168 bytes.'],
  ['UnreadableFile', 'IOError: Corrupt snappy compressed data.'],
  [
    'ValueInvalid',
    'Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: c3 bc',
  ],
  [
    'SerializationConflict',
    'ERROR: 1023 DETAIL: Serializable isolation violation on table - 1234, transactions forming the cycle are: 1, 2',
  ],
  ['SerializationConflict', 'ERROR: could not serialize access due to concurrent update'],
  ['SerializationConflict', 'ERROR: deadlock detected'],
  ['SerializationConflict', 'ERROR: 1018 DETAIL: Relation does not exist.'],
  ['SerializationConflict', 'ERROR: could not open relation with OID 123456'],
  ['SerializationConflict', 'ERROR: table 123456 dropped by concurrent transaction'],
  ['SerializationConflict', 'ERROR: Relation "load_history" already exists'],
  [
    'SerializationConflict',
    'ERROR: duplicate key value violates unique constraint "pg_namespace_nspname_index"',
  ],
  ['SerializationConflict', 'ERROR: column "quarantined" of relation "load_history" already exists'],
  ['StagingConflict', 'ERROR: Table "staging_trips_2026112308_0123456789abcdef" does not exist'],
  ['ConnectionLost', 'Connection timed out'],
  [
    'AccessDenied',
    'S3ServiceException:Access Denied,Status 403,Error AccessDenied,Key lake/NoSuchKey-corrupt.parquet',
  ],
  ['ConnectionLost', 'FATAL: terminating connection due to administrator command'],
  ['ConnectionLost', 'The connection was closed unexpectedly'],
  ['StagingConflict', 'ERROR: Relation "staging_trips_2026112308_0123456789abcdef" already exists'],
  ['StagingConflict', 'ERROR: relation "sluice.staging_trips_2026112308_0123456789abcdef" already exists'],
  ['NullKeys', 'ERROR: Cannot insert a NULL value into column trip_id'],
  ['NullKeys', 'ERROR: Cannot insert a NULL value into column inserted_at'],
  ['RowCountMismatch', 'ERROR: Cannot insert a NULL value into column sluice_inserted'],
  ['RowCountMismatch', 'ERROR: Cannot insert a NULL value into column "sluice_inserted"'],
  ['RowCountMismatch', 'ERROR: Found multiple matches to update the same tuple'],
  ['StatementAborted', "ERROR: Query (1234) cancelled on user's request"],
  ['StatementAborted', 'ERROR: Query (1234) cancelled by WLM abort action of Query Monitoring Rule "slow".'],
  ['StatementAborted', 'ERROR: canceling statement due to statement timeout'],
  ['ValueTooLong', 'ERROR: Value too long for character type'],
  [
    'ValueTooLong',
    'The length of the data column status is longer than the length defined in the table: String length exceeds DDL length',
  ],
  ['ValueInvalid', 'ERROR: Numeric data overflow (result precision)'],
  ['ValueInvalid', 'ERROR: smallint out of range'],
  ['WarehouseAccessDenied', 'ERROR: permission denied for database dwh'],
  ['WarehouseAccessDenied', 'ERROR: permission denied to create temporary tables in database "dwh"'],
  [
    'WarehouseAccessDenied',
    'ERROR:  User IAMR:sluice-dev-statements does not have ASSUMEROLE permission on IAM role "arn:aws:iam::123456789012:role/copy" for COPY',
  ],
  ['WarehouseAccessDenied', 'ERROR: permission denied for language plpythonu'],
  ['WarehouseAccessDenied', 'ERROR: permission denied for schema sluice'],
  ['WarehouseAccessDenied', 'ERROR: permission denied for relation trips'],
  ['WarehouseAccessDenied', 'ERROR: must be owner of relation staging_trips'],
  ['TargetMismatch', 'ERROR: relation "sluice.load_history" does not exist'],
  ['TargetMismatch', 'ERROR: schema "sluice" does not exist'],
  ['TargetMismatch', 'ERROR: relation "public.my trips" does not exist'],
  ['TargetMismatch', 'ERROR: column "total" of relation "trips" does not exist'],
  ['TargetMismatch', 'ERROR: column trips.total does not exist'],
  [
    'ServiceUnavailable',
    'S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,Rid 1',
  ],
  ['ServiceUnavailable', 'Spectrum Scan Error: HTTP response error code: 500 Message: InternalError'],
  [
    'StatementFailed',
    "context:   File 'https://s3.us-east-1.amazonaws.com/lake/a-file-whose-name-fills-the-con",
  ],
];
