import * as z from 'zod';
import { DETAIL_MARK, fileNamedIn, isBadFileError } from './bad-files';
import { diagnoseStatement } from './diagnosis';
import { LoadError } from './errors';

/**
 * A row of SYS_LOAD_ERROR_DETAIL: one file that a COPY could not read. `file_name` is an `s3://` path of at most 256
 * characters, `error_message` has at most 512.
 * Source: Amazon Redshift Database Developer Guide, "SYS_LOAD_ERROR_DETAIL".
 */
export const loadErrorRow = z.object({ file_name: z.string(), error_message: z.string() });
export type LoadErrorRow = Readonly<z.infer<typeof loadErrorRow>>;

/** Whether one file may have caused the error of a COPY. Its text may be cut before it says what is wrong with the file. */
export function mayNameFile({ name, reason }: LoadError): boolean {
  return isBadFileError(name) || (name === 'StatementFailed' && reason.includes('Spectrum Scan Error'));
}

/** Adds the whole name of the file to the error of a COPY, and the message if the error's own text says too little. */
export function withFileName(error: LoadError, rows: readonly LoadErrorRow[]): LoadError {
  const told = rows.map((row) => ({
    ...row,
    key: row.file_name.replace(/^s3:\/\/[^/]*\//, ''),
    said: diagnoseStatement('FAILED', row.error_message, ''),
  }));
  const isKnown = isBadFileError(error.name);
  const fitting = told.filter(({ said }) => (isKnown ? said.name === error.name : isBadFileError(said.name)));
  const rest = fitting.length > 0 ? fitting : told;
  const row = fileNamedIn(error.reason, rest) ?? rest[0];
  if (!row) return error;
  const { name, fix } = !isKnown && isBadFileError(row.said.name) ? row.said : error;
  const message = isKnown ? '' : `: ${row.error_message}`;
  return new LoadError(name, `${error.reason}${message}${DETAIL_MARK}${row.file_name}`, fix);
}
