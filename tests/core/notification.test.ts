import { NO_ACCOUNT } from '../../core/console';
import { notificationOf, type Tidings, type ToldFailure } from '../../core/notification';
import type { Place } from '../../core/place';
import { LARGEST_MESSAGE_BYTES, LONGEST_SUBJECT } from '../../local/sns/publish';

const ARN = 'arn:aws:states:eu-west-1:123456789012:execution:sluice-dev-load:trips-new-1';
const DEV: Place = {
  stage: 'dev',
  executionArn: ARN,
  bucket: 'lake',
  prefix: 'trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
  runbook: 'docs/runbook.md',
};
/** The account of the local twin has no console, and its commands need no stage. */
const TWIN: Place = { ...DEV, stage: 'local', executionArn: ARN.replace('123456789012', NO_ACCOUNT) };
const PAGE = `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${ARN}`;

const failure = (changes: Partial<ToldFailure> = {}): ToldFailure => {
  const partition = changes.partition ?? '2026-11-23T08';
  return {
    ...{ partition, reason: 'new', error: 'NullKeys', cause: 'trip_id is null', fix: 'Fix it.' },
    ...{ rerun: { partition }, leftOut: null },
    ...changes,
  };
};
const told = (failures: readonly ToldFailure[], changes: Partial<Tidings> = {}): Tidings => ({
  ...{ dataset: 'trips', execution: 'trips-new-1', summary: '1 of 3 partitions loaded', what: 'it failed' },
  ...{ failures, stop: null },
  ...changes,
});
const hourOf = (index: number) => new Date(Date.UTC(2026, 10, 20, index)).toISOString().slice(0, 13);

test('a partition that failed: why, how to fix it, what loads it again, and where to look', () => {
  const { subject, message } = notificationOf(told([failure()], { what: '1 of 3 partitions failed' }), DEV);
  expect(subject).toBe('Sluice dev: trips: 1 of 3 partitions failed (2026-11-23T08: NullKeys)');
  expect(message).toBe(
    [
      'Execution trips-new-1 failed: 1 of 3 partitions loaded.',
      '',
      'Partition 2026-11-23T08 (new): NullKeys',
      'What happened: trip_id is null',
      'How to fix it: Fix it.',
      'To load it again: npx sluice load 2026-11-23T08 --stage dev --region eu-west-1',
      'or start an execution with {"partition":"2026-11-23T08"}',
      'It is tried again when its files or the dataset’s columns change.',
      'Files: s3://lake/trips/year=2026/month=11/day=23/hour=08/',
      'https://eu-west-1.console.aws.amazon.com/s3/buckets/lake?region=eu-west-1&prefix=trips/year%3D2026/month%3D11/day%3D23/hour%3D08/',
      'Runbook: docs/runbook.md#nullkeys',
      '',
      'To look at all hours: npx sluice status --stage dev --region eu-west-1',
      `The execution: ${PAGE}`,
    ].join('\n'),
  );
});

test('partitions that failed for the same reason are told together, others apart', () => {
  const same = ['2026-11-23T08', '2026-11-23T09', '2026-11-23T10', '2026-11-23T12', '2026-11-23T13'];
  const failures = same.map((partition) =>
    failure({ partition, error: 'WarehouseBusy', rerun: { dataset: 'trips', partition } }),
  );
  const other = failure({
    partition: '2026-11-23T11',
    rerun: { dataset: 'trips', partition: '2026-11-23T11' },
  });
  const { message } = notificationOf(told([...failures, other]), DEV);
  expect(message).toContain(
    [
      'Partitions 2026-11-23T08, 2026-11-23T09, 2026-11-23T10, 2026-11-23T12 and 1 more: WarehouseBusy',
      'What happened: trip_id is null',
      'How to fix it: Fix it.',
      'To load it again: npx sluice load --from 2026-11-23T08 --to 2026-11-23T13 --all --dataset trips --stage dev --region eu-west-1',
      'or start an execution with {"dataset":"trips","from":"2026-11-23T08","to":"2026-11-23T13","due":true}',
      'They are tried again by themselves, after 1, 2, 4 … 24 hours, and at once when their files change.',
      'Runbook: docs/runbook.md#warehousebusy',
      '',
      'Partition 2026-11-23T11 (new): NullKeys',
    ].join('\n'),
  );
  expect(message).toContain(
    'To load all of them: npx sluice load --from 2026-11-23T08 --to 2026-11-23T13 --all',
  );
});

test('hours that lie too far apart for one range are told without one', () => {
  const failures = ['2024-11-23T08', '2026-11-23T08'].map((partition) => failure({ partition }));
  const { message } = notificationOf(told(failures), DEV);
  expect(message).toContain('Partitions 2024-11-23T08, 2026-11-23T08: NullKeys');
  expect(message).not.toContain('To load');
});

test('a cause that only the load history knows is not taken for the same', () => {
  const lasting = { reason: null, cause: null, fix: null };
  const failures = [failure(lasting), failure({ ...lasting, partition: '2026-11-23T09' })];
  const { message } = notificationOf(told(failures), DEV);
  expect(message.match(/^Partition .*, still: NullKeys$/gm)).toHaveLength(2);
  expect(message).toContain('The load history says what happened and how to fix it.');
});

test('an execution that failed as a whole names the command and the input that start it again', () => {
  const diagnosis = { error: 'RegionMismatch', cause: 'The bucket is elsewhere.', fix: 'Move it.' };
  const input = { from: '2026-11-23T08', to: '2026-11-23T10' };
  const stopped = told([], { dataset: null, what: 'RegionMismatch', stop: { diagnosis, input } });
  expect(notificationOf(stopped, { ...DEV, prefix: null })).toMatchObject({
    subject: 'Sluice dev: load: RegionMismatch',
    message: [
      'Execution trips-new-1 failed: 1 of 3 partitions loaded.',
      '',
      'What happened: The bucket is elsewhere.',
      'How to fix it: Move it.',
      'To load it again: npx sluice load --from 2026-11-23T08 --to 2026-11-23T10 --stage dev --region eu-west-1',
      'or start an execution with {"from":"2026-11-23T08","to":"2026-11-23T10"}',
      'Runbook: docs/runbook.md#regionmismatch',
      '',
      `The execution: ${PAGE}`,
    ].join('\n'),
  });
  const wrong = { diagnosis: { ...diagnosis, error: 'InvalidInput' }, input };
  expect(notificationOf(told([], { stop: wrong }), DEV).message).not.toContain('To load it again');
});

test('for the twin the commands name no stage, and there is no console', () => {
  const { subject, message } = notificationOf(told([failure()]), TWIN);
  expect(subject).toMatch(/^Sluice local: /);
  expect(message).toContain('To load it again: npx sluice load 2026-11-23T08\n');
  expect(message).not.toMatch(/--stage|https:/);
});

test('if nobody knows where it ran, it still says why, how to fix it and which input loads it again', () => {
  const { subject, message, chat } = notificationOf(told([failure()]), null);
  expect(subject).toMatch(/^Sluice: trips: /);
  expect(message).toContain('To load it again, start an execution with {"partition":"2026-11-23T08"}');
  expect(message).not.toMatch(/npx|https:|s3:/);
  expect(chat.content.nextSteps).toEqual(['Runbook: `docs/runbook.md#nullkeys`', 'Execution: `trips-new-1`']);
});

test('an address of the runbook replaces its path', () => {
  const runbook = 'https://git.example.com/acme/sluice/-/blob/main/docs/runbook.md';
  const { message, chat } = notificationOf(told([failure({ error: 'Unheard.Of' })]), { ...DEV, runbook });
  expect(message).toContain(`Runbook: ${runbook}#unknownerror`);
  expect(chat.content.nextSteps).toContain(`Runbook: <${runbook}#unknownerror|Unheard.Of>`);
});

describe('the message to a chat', () => {
  test('has the form that AWS’s chat integration takes, with the failures, commands and links', () => {
    expect(notificationOf(told([failure()]), DEV).chat).toEqual({
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: 'Sluice dev: trips: it failed (2026-11-23T08: NullKeys)',
        description: '*Partition 2026-11-23T08 (new): NullKeys*\ntrip_id is null\n_How to fix it:_ Fix it.',
        nextSteps: [
          'Load again: `npx sluice load 2026-11-23T08 --stage dev --region eu-west-1`',
          'Look at all hours: `npx sluice status --stage dev --region eu-west-1`',
          'Runbook: `docs/runbook.md#nullkeys`',
          `Execution: <${PAGE}|trips-new-1>`,
        ],
      },
    });
  });

  test('calls nobody and links nowhere, whatever a file is called', () => {
    const cause = '<!channel> s3://lake/<https://evil.example|a&b>';
    const { chat } = notificationOf(told([failure({ cause })]), DEV);
    expect(chat.content.description).toContain(
      '&lt;!channel&gt; s3://lake/&lt;https://evil.example|a&amp;b&gt;',
    );
  });

  test('explains the first failures, counts the rest, and stays within what Slack shows', () => {
    const failures = Array.from({ length: 9 }, (_, index) =>
      failure({ partition: hourOf(index), cause: `${index}${'<'.repeat(2_000)}`, fix: '&'.repeat(2_000) }),
    );
    const { title, description, nextSteps } = notificationOf(told(failures), DEV).chat.content;
    expect(description.length).toBeLessThanOrEqual(3_001);
    expect(description).toContain('*Partition 2026-11-20T00 (new): NullKeys*');
    for (const text of [title, ...nextSteps]) expect(text.length).toBeLessThan(350);
    const short = failures.map((each, index) => ({ ...each, cause: `cause ${index}`, fix: 'Fix it.' }));
    expect(notificationOf(told(short), DEV).chat.content.description).toMatch(/\n\n… and 6 more\.$/);
  });
});

describe('the limits of SNS, Step Functions and mails', () => {
  const stop = (changes: object, input: unknown) =>
    told([], { stop: { diagnosis: { error: 'ColumnMismatch', cause: 'c', fix: 'f', ...changes }, input } });

  test('a subject has printable ASCII only, and fewer characters than SNS takes', () => {
    const { subject } = notificationOf(told([], { what: `Größe\n${'x'.repeat(200)}` }), DEV);
    expect(subject).toMatch(/^Sluice dev: trips: Gr\?\?e\?x+\.\.\.$/);
    expect(subject).toHaveLength(LONGEST_SUBJECT - 1);
  });

  test('of a hundred failures the first are told whole, some with a line, and the rest by number', () => {
    const failures = Array.from({ length: 100 }, (_, index) =>
      failure({ partition: hourOf(index), cause: `${index} ${'c'.repeat(1_000)}` }),
    );
    const { message } = notificationOf(told(failures), DEV);
    expect(message.match(/^Partition /gm)).toHaveLength(5);
    expect(message).toContain('\nIn short, 95 further partitions:\n2026-11-20T05 NullKeys: 5 ccc');
    expect(message).toContain('\n… and 45 more; the load history names them all.\n');
    expect(message).toContain(
      `To load all of them: npx sluice load --from ${hourOf(0)} --to ${hourOf(99)} --all`,
    );
    expect(message.endsWith(PAGE)).toBe(true);
    expect(message.length).toBeLessThan(20_000);
  });

  test('whatever the texts, a message fits into a Fail state and into SNS, and keeps its end', () => {
    const failures = Array.from({ length: 400 }, (_, index) =>
      failure({
        partition: hourOf(index),
        cause: `${index}${'€'.repeat(100_000)}`,
        fix: '€'.repeat(100_000),
      }),
    );
    const { message, chat } = notificationOf(told(failures), DEV);
    expect(message.length).toBeLessThan(32_768);
    expect(message.endsWith(PAGE)).toBe(true);
    const [, whole, more] = /In short, (\d+) further[^]*… and (\d+) more;/.exec(message) ?? [];
    const lines = message.match(/^2026-\S+ NullKeys: /gm) ?? [];
    expect(Number(whole)).toBe(lines.length + Number(more));
    expect((message.match(/^Partition /gm)?.length ?? 0) + Number(whole)).toBe(400);
    const published = JSON.stringify({ default: message, https: JSON.stringify(chat) });
    expect(Buffer.byteLength(published)).toBeLessThan(LARGEST_MESSAGE_BYTES);
  });

  test('with a cause, a fix or an input of any length the message still has all of its parts', () => {
    const long = { cause: 'c'.repeat(200_000), fix: `Fix it. ${'f'.repeat(200_000)}` };
    const { message } = notificationOf(stop(long, { dataset: 'x'.repeat(200_000) }), DEV);
    expect(message.length).toBeLessThan(32_768);
    expect(message).toContain('\nHow to fix it: Fix it. fff');
    expect(message).toContain('start an execution with {"dataset":"xxx');
    expect(message.endsWith(PAGE)).toBe(true);
  });

  test('no character is cut in two', () => {
    for (const padding of ['', 'x']) {
      const { message, chat } = notificationOf(stop({ cause: `${padding}${'😀'.repeat(20_000)}` }, {}), DEV);
      expect(`${message}${chat.content.description}`).not.toMatch(/\p{Surrogate}/u);
    }
  });
});
