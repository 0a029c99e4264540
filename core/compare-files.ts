import type { KnownPartition } from './attempts';
import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import { EMPTY_FINGERPRINT, fingerprintOf, type LakeFile } from './files';
import { judgeOf } from './retry';
import type { Reason } from './states';

/** The objects of an hour, as the lake lists them. */
export interface HourObjects {
  /** Its data files. */
  readonly present: readonly LakeFile[];
  /** The objects with records that Firehose could not deliver. */
  readonly undelivered: readonly LakeFile[];
}

/** What the objects of an hour are to what is known of it. */
export interface ComparedFiles {
  /** The target holds these files, as far as they can be loaded. True for an hour without files that nobody has loaded. */
  readonly isHeld: boolean;
  /** The target holds all of them, and the hour is not failing. */
  readonly isComplete: boolean;
  /** The fingerprint of the files, judged by the dataset as it is now: see retry.ts. */
  readonly listed: string;
  /** Why the hour is loaded if it is due. */
  readonly reason: Reason & ('late-files' | 'overlapped' | 'new');
}

/** @param known undefined: nobody has tried to load the hour. */
export function compareFiles(
  dataset: Dataset,
  { present, undelivered }: HourObjects,
  known: KnownPartition | undefined,
): ComparedFiles {
  const { failure, doubtful, holdings = [] } = known ?? {};
  const fingerprint = (judgedBy: string) => fingerprintOf([...present, ...undelivered], judgedBy);
  const columns = columnsDigest(dataset.columns);
  const found = holdings.filter(
    (each) => each.fingerprint === fingerprint(each.quarantined > 0 ? columns : ''),
  );
  const isUntouched = holdings.length === 0 && !doubtful && fingerprint('') === EMPTY_FINGERPRINT;
  return {
    isHeld: found.length > 0 || isUntouched,
    isComplete: failure === undefined && found.some(({ quarantined }) => quarantined === 0),
    listed: fingerprint(judgeOf(dataset)),
    reason: holdings.length > 0 ? 'late-files' : doubtful ? 'overlapped' : 'new',
  };
}
