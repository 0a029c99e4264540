import type { ReplayDocument } from '../../../cli/replay/document';
import { replayText } from '../../../cli/replay/text';
import type { ReplayOptions } from '../../../cli/replay/usage';
import type { Connection } from '../../../cli/shared/connection';
import { readDatasets } from '../../../service/datasets';
import { ROOT } from '../../../testkit/root';

const datasets = readDatasets(ROOT);
const trips = datasets.find(({ name }) => name === 'trips')!;
/** A stage: it delivers nothing at once. */
const stage = { stage: 'dev', region: 'eu-west-1', bucket: 'lake', datasets } as unknown as Connection;

const NONE = { events: 0, chosen: 0, still_refused: 0, of_other_reasons: 0, sent_before: 0, repeated: 0 };
const DOCUMENT: ReplayDocument = {
  ...{ dataset: 'trips', stream: 'sluice-dev-trips', place: '2026-11-23', dry_run: false },
  ...{ objects_found: 390, objects: 390, other_objects: 0, records: 100_002, events: 100_002 },
  ...{ repeated: 1, sent_before: 0, left: 60_001, chosen: 40_000, sent: 40_000, failed: 0 },
  reasons: [
    {
      ...{
        reason: `pickup_datetime is ${'very '.repeat(20)}wrong`,
        column: 'pickup_datetime',
        accepted: false,
      },
      ...{ ...NONE, events: 60_001, still_refused: 60_001 },
    },
    {
      ...{ reason: 'Lambda.FunctionError', column: null, accepted: true },
      ...{ ...NONE, events: 40_001, chosen: 40_000, repeated: 1 },
    },
  ],
  ...{ unreadable: 0, oversize: [], problems: [], objects_written: [], error_objects: [] },
  ...{ interrupted: false, error: null },
};

function text(document: Partial<ReplayDocument> = {}, options: Partial<ReplayOptions> = {}): string {
  const given = { what: '2026-11-23', stage: 'dev', region: 'eu-west-1', ...options };
  return replayText({ ...DOCUMENT, ...document }, stage, trips, given, 80);
}

test('the table fits 80 columns, and its numbers stay whole', () => {
  const lines = text().split('\n');
  const table = lines.slice(2, lines.indexOf('', 2));
  expect(table).toEqual([
    expect.stringMatching(/^reason +events +sent +left +repeated$/),
    expect.stringMatching(/^pickup_datetime is very .*… +60,001 +0 +60,001 +0$/),
    expect.stringMatching(/^Lambda\.FunctionError +40,001 +40,000 +0 +1$/),
  ]);
  expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('on a stage it says what becomes of the events, and that the deployed transform judges them', () => {
  const shown = text();
  expect(shown).toContain(
    '✔ 40,000 events sent to sluice-dev-trips, 60,001 left, 1 repeated (100,002 events read)',
  );
  expect(shown).toMatch(/To load it earlier: npx sluice load \S+ --stage dev --region eu-west-1$/m);
  expect(shown).toContain('If the deployed transform is of another version');
});

test('the hint after a dry run sends what was counted', () => {
  const shown = text({ dry_run: true, sent: 0 }, { dryRun: true, reason: 'a b', all: true, again: true });
  expect(shown).toContain('Nothing was sent.');
  expect(shown).toMatch(
    /^To send them: npx sluice replay 2026-11-23 --reason 'a b' --all --again --stage dev --region eu-west-1$/m,
  );
});

test('a replay that did not send all is no success', () => {
  const shown = text({
    objects: 12,
    sent: 39_500,
    failed: 500,
    error: { name: 'DeliveryError', message: 'no\u001b[2J' },
  });
  expect(shown).toContain('12 of 390 objects read to the end');
  expect(shown).toContain('⚠ 39,500 events sent to sluice-dev-trips, 500 not sent');
  expect(shown).toContain('✖ DeliveryError: no\\u001b[2J\nThe same command sends the rest.');
  expect(text({ interrupted: true })).toContain(
    'Interrupted before the end.\nThe same command sends the rest.',
  );
  expect(text({ interrupted: true }, { again: true })).toContain('the same command begins anew');
  expect(text({ interrupted: true, dry_run: true })).toContain('not those of all events');
  const none = text({ chosen: 0, sent: 0 });
  expect(none).toContain('\n0 events sent');
  expect(none).not.toContain('✔');
});

test('many problems and many reasons are cut short, and their number is told', () => {
  const problems = Array.from({ length: 25 }, (_, index) => ({
    path: `s3://lake/${index}`,
    problem: 'it is gone',
  }));
  const [reason] = DOCUMENT.reasons;
  const reasons = Array.from({ length: 30 }, (_, index) => ({ ...reason!, reason: `reason ${index}` }));
  const lines = text({ problems, reasons }).split('\n');
  expect(lines.length).toBeLessThan(50);
  expect(lines.join('\n')).toContain('✖ 25 objects not readable:');
  expect(lines).toContain('  … and 15 more; --json has all');
  expect(lines).toContain('… and 10 more reasons; --json has all');
});
