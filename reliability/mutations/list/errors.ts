import { mutation, type Change, type Mutation } from '../mutation';

const ERRORS = 'core/errors.ts';
const RULES = 'core/diagnosis-rules.ts';
const STATES = 'statemachines/load.asl.yml';

/** Moves an error from the transient ones to the fatal ones, in the code and in the state machine alike. */
const madeFatal = (error: string): readonly Change[] => [
  { file: ERRORS, from: `TRANSIENT_ERRORS = [`, to: `TRANSIENT_ERRORS_BEFORE = [` },
  {
    file: ERRORS,
    from: '/** Errors that a person must fix. They are never retried. */',
    to: `export const TRANSIENT_ERRORS = TRANSIENT_ERRORS_BEFORE.filter(
  (name): name is Exclude<(typeof TRANSIENT_ERRORS_BEFORE)[number], '${error}'> => name !== '${error}',
);`,
  },
  { file: ERRORS, from: `FATAL_ERRORS = [`, to: `FATAL_ERRORS = [\n  '${error}',` },
  { file: STATES, from: `          - ${error}\n`, to: '' },
];

/** Takes ValueTooLong out of the errors that lead to this state. */
const leavesOutTooLong = (next: string): Change => {
  const rest = `]\n              ResultPath: $.error\n              Next: ${next}`;
  return { file: STATES, from: `ValueInvalid, ValueTooLong${rest}`, to: `ValueInvalid${rest}` };
};

/** Mistakes in the tables of errors and in the lists of what is retried. */
export const ERROR_TABLES: readonly Mutation[] = [
  {
    name: 'FileChanged is fatal',
    breaks: 'A file that is overwritten while its footer is read fails the hour.',
    changes: madeFatal('FileChanged'),
    by: {
      file: 'tests/slow/changed-files.test.ts',
      test: 'a file that is overwritten while its footer is read',
    },
  },
  {
    name: 'SerializationConflict is fatal',
    breaks: 'Two merges at once notify somebody.',
    changes: madeFatal('SerializationConflict'),
    by: {
      file: 'tests/core/diagnosis.test.ts',
      test: 'an error is transient if its fix is to wait for the retry',
    },
  },
  {
    name: 'WarehouseBusy is fatal',
    breaks: 'The first load of a night fails while the workgroup resumes.',
    changes: madeFatal('WarehouseBusy'),
    by: {
      file: 'tests/slow/nightly/slow-statements.test.ts',
      test: 'a short statement that waits for too long is cancelled before its function times out',
    },
  },
  {
    name: 'a text that is too long is no fault of its file',
    breaks: 'One bad file fails its hour although the dataset quarantines.',
    changes: [
      {
        file: 'core/bad-files.ts',
        from: `  'ValueTooLong',\n] as const satisfies`,
        to: `] as const satisfies`,
      },
      {
        file: 'core/bad-files.ts',
        from: `  ValueTooLong: () =>\n    'Widen the columns in the dataset file and in the target, or shorten the texts in the transform.',\n`,
        to: '',
      },
      ...['MayQuarantine', 'StagingRefused'].map(leavesOutTooLong),
    ],
    by: { file: 'tests/slow/quarantine.test.ts', test: 'a text that is too long is left out' },
  },
  {
    name: 'a merge whose connection was lost counts as rolled back',
    breaks: 'A merge that was committed is reported as failed.',
    changes: [
      {
        file: ERRORS,
        from: `ROLLED_BACK: readonly string[] = [`,
        to: `ROLLED_BACK: readonly string[] = [\n  'ConnectionLost',`,
      },
      {
        file: STATES,
        from: `                      - { Variable: $.error.Error, StringEquals: RowCountMismatch }`,
        to: `                      - { Variable: $.error.Error, StringEquals: ConnectionLost }
                      - { Variable: $.error.Error, StringEquals: RowCountMismatch }`,
      },
    ],
    by: {
      file: 'tests/slow/diagnose-failure.test.ts',
      test: 'if nobody can say whether the merge was committed',
    },
  },
  mutation(
    'a statement that outlasts its function ends the step',
    'A COPY of more than fifteen minutes always fails.',
    STATES,
    'MaxAttempts: 110',
    'MaxAttempts: 10',
    {
      file: 'tests/conventions.test.ts',
      test: 'exactly the steps that wait for a statement are called again',
    },
  ),
  mutation(
    'the merge’s own assertion is taken for a null in a file',
    'Somebody looks for a null in the files, where there is none.',
    RULES,
    '/Cannot insert a NULL value into column (?!"?sluice_inserted\\b)/i',
    '/Cannot insert a NULL value into column/i',
    { file: 'tests/core/diagnosis.test.ts', test: 'an error of Redshift RowCountMismatch' },
  ),
  mutation(
    'the first rule applies, not the phrase that begins first',
    'A key or a value that holds a phrase makes another error.',
    'core/diagnosis.ts',
    '.sort((left, right) => left.match.index - right.match.index)',
    '.sort(() => 0)',
    { file: 'tests/core/diagnosis.test.ts', test: 'stays so whatever a name in it holds' },
  ),
  mutation(
    'a phrase must be whole',
    'An error that Redshift cut is unknown, and its file is not found.',
    RULES,
    "(?:has an inc|column '[^]*?' has an inv)|has an incompatible Parquet s|",
    "(?:has an incompatible Parquet schema|column '[^]*?' has an inv)|has an incompatible Parquet schema|",
    { file: 'tests/core/diagnosis.test.ts', test: 'an error of Redshift ColumnMismatch' },
  ),
  mutation(
    'a file that is gone when its footer is read is an unknown error',
    'The hour fails instead of being listed again.',
    RULES,
    '/^(?:NoSuchKey|NotFound)$/',
    '/^NotFound$/',
    { file: 'tests/core/diagnosis.test.ts', test: 'what an AWS client throws FileChanged: NoSuchKey' },
  ),
  mutation(
    'an overwritten file is refused access',
    'Somebody looks for a right that is there.',
    RULES,
    'phrase: /error code: 416|InvalidRange|Message: InvalidRange/i',
    'phrase: /error code: 415/i',
    { file: 'tests/core/diagnosis.test.ts', test: 'an error of Redshift FileOverwritten' },
  ),
  mutation(
    'the fix of a quoted message is taken for the own one',
    'The advice is the wrong one.',
    ERRORS,
    'message.lastIndexOf(FIX)',
    'message.indexOf(FIX)',
    { file: 'tests/core/errors.test.ts', test: 'a line of the reason may begin like the fix' },
  ),
  mutation(
    'the message has no limit',
    'A hundred failures are reported to nobody.',
    'core/notification.ts',
    'const MESSAGE_LENGTH = 30_000;',
    'const MESSAGE_LENGTH = 300_000;',
    { file: 'tests/core/notification.test.ts', test: 'whatever the texts, a message fits' },
  ),
  mutation(
    'causes that nobody knows are taken for one',
    'Hours that failed for different reasons are told as one failure.',
    'core/notification.ts',
    'cause ?? partition',
    'cause',
    { file: 'tests/core/notification.test.ts', test: 'is not taken for the same' },
  ),
  mutation(
    'a file’s name is Markdown of the chat',
    'Whoever names a file calls everybody in the channel, or shows a link of his own.',
    'core/chat-message.ts',
    ".replaceAll('<', '&lt;')",
    '',
    { file: 'tests/core/notification.test.ts', test: 'calls nobody and links nowhere' },
  ),
  mutation(
    'alarms keep their pages whatever their length',
    'CloudFormation refuses an alarm whose description is too long.',
    'resources/alarms.ts',
    '> DESCRIPTION_LENGTH ? whole : longer',
    '< 0 ? whole : longer',
    { file: 'tests/runbook.test.ts', test: 'the description of an alarm fits' },
  ),
];
