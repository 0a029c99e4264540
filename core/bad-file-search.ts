import * as z from 'zod';
import { fileNamedIn, fileProblem, isBadFileError, type BadFile } from './bad-files';
import type { DeepReadonly } from './deep-readonly';
import type { Diagnosis } from './diagnosis';
import { filesBeyond, lakeFile, type LakeFile } from './files';

/**
 * A search for the one bad file of a COPY whose error names none: half of the suspects are loaded into staging, then half
 * of those that are left, until a file fails alone. So a file is never blamed for what another one did.
 */
export const badFileSearch = fileProblem.extend({
  /** The files one of which is bad. The first half of them is loaded, and nothing else. */
  suspects: z.array(lakeFile),
});
export type BadFileSearch = DeepReadonly<z.infer<typeof badFileSearch>>;

/** What is known after a COPY that failed, or that was part of a search: a bad file, a search to go on with, or neither. */
export interface Found {
  readonly bad?: BadFile;
  readonly search?: BadFileSearch;
}

/** The suspects that the next COPY loads. */
export function triedIn({ suspects }: Pick<BadFileSearch, 'suspects'>): readonly LakeFile[] {
  return suspects.slice(0, Math.ceil(suspects.length / 2));
}

/**
 * @param tried the files of the COPY. @param mayName whether the cause may name one of them: the error of a COPY may. The
 *   check of the staged rows names none, but it quotes values, which may look like a name.
 */
export function afterFailure(
  { error, cause }: Diagnosis,
  tried: readonly LakeFile[],
  mayName: boolean,
): Found {
  if (!isBadFileError(error)) return {};
  const [only, ...more] = tried;
  const named = (mayName ? fileNamedIn(cause, tried) : undefined) ?? (more.length === 0 ? only : undefined);
  if (!named) return only ? { search: { suspects: tried, error, reason: cause } } : {};
  const { key, etag, size } = named;
  return { bad: { key, etag, size, error, reason: cause } };
}

/** After a COPY of a search that loaded its files: the bad file is one of the others. */
export function afterSuccess(search: BadFileSearch): Found {
  const suspects = filesBeyond(search.suspects, triedIn(search));
  // If each half loads alone, no single file is bad: the whole is tried once more.
  return suspects.length > 0 ? { search: { ...search, suspects } } : {};
}
