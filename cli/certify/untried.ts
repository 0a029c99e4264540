import { FILE_FORMS } from '../../local/behaviour/copy-rules';
import { TYPE_PAIRS } from '../../local/behaviour/copy-types';
import { FIREHOSE_VALUES } from '../../local/behaviour/firehose-values';
import { LIMITS } from '../../local/behaviour/limits';
import type { Known } from '../../local/behaviour/outcome';
import { isWritten } from '../../local/behaviour/parquet/form-files';
import { PROBES } from './probes';

/** Assumptions that no probe tries. */
export interface Untried {
  readonly what: string;
  readonly why: string;
  /** The rows of the twin's tables. */
  readonly rows: readonly Known[];
  /** Words from the twin's lists of differences. */
  readonly words?: readonly string[];
}

const isTried = (row: Known): boolean => PROBES.some(({ covers = [] }) => covers.includes(row));
const unproven = <Row extends Known>(rows: readonly Row[]): readonly Row[] =>
  rows.filter((row) => !row.proven && !isTried(row));

export const UNTRIED: readonly Untried[] = [
  {
    what: 'COPY refuses the other pairs of types.',
    why: 'Sluice asks COPY for none of them: if Redshift loaded one, the loader would only be stricter than it must be.',
    rows: unproven(TYPE_PAIRS).filter(({ outcome }) => outcome.does === 'refuses'),
  },
  {
    what: `COPY refuses a file with ${FILE_FORMS.filter((form) => !form.proven && !isWritten(form))
      .map(({ of, form }) => `the ${of} ${form}`)
      .join(', ')}.`,
    why: 'Nothing here writes such a file.',
    rows: unproven(FILE_FORMS).filter((form) => !isWritten(form)),
  },
  {
    what: 'What Firehose makes of an event’s value: of a decimal or a smallint as the type itself, and of values that do not fit their column.',
    why: 'An event needs a stream, and the only stream of a stage leads into the target. The probes of the group stream see the types and the number of the values that it wrote, not whether they are the events’. The transform refuses values that do not fit.',
    rows: unproven(FIREHOSE_VALUES),
  },
  {
    what: 'The Data API runs 200 statements at a time.',
    why: 'So many statements would take the place of the loader’s own.',
    rows: LIMITS.filter(({ what }) => what === 'statements at a time'),
  },
  {
    what: 'S3’s answers to other clients’ requests.',
    why: 'Sluice sends none of them.',
    rows: [],
    words: ['that S3 takes'],
  },
  {
    what: 'The texts with which CREATE USER, DROP USER, SET SESSION AUTHORIZATION and GRANT are refused.',
    why: 'Sluice sends none of these statements.',
    rows: [],
    words: ['the texts with which CREATE USER'],
  },
  {
    what: 'What Redshift does with a Parquet footer of more than 8 MB.',
    why: 'InspectFiles refuses such a file before any COPY.',
    rows: [],
    words: ['a Parquet footer over 8 MB'],
  },
  {
    what: 'What ComputeSeconds says of a minute in which the warehouse did nothing, and where its seconds begin and end.',
    why: 'The metric comes minutes later, when the run is over. Hold sluice bill --stage against charged_seconds of SYS_SERVERLESS_USAGE.',
    rows: [],
    words: ['that a minute in which the warehouse did nothing'],
  },
  {
    what: 'What AWS’s chat integration takes of a notification, and drops.',
    why: 'It needs a channel of a chat. docs/notifications.md has the command that tries it.',
    rows: [],
  },
];
