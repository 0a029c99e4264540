import { ACCEPTED_INPUT } from '../../core/execution-input';
import { TestTwin } from '../../testkit/test-twin';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(() => twin.remove());

test.each([
  ['an unknown member', { partitions: '2026-11-20T08' }, /partitions/],
  ['a time that is no hour', { partition: '2026-11-20 08:30' }, /partition: .*2026-11-23T08/],
  ['a day that does not exist', { partition: '2026-02-30T08' }, /partition/],
  ['a range without its end', { from: '2026-11-20T08' }, /to: /],
  ['a range backwards', { from: '2026-11-20T09', to: '2026-11-20T08' }, /after/],
  ['both forms at once', { partition: '2026-11-20T08', from: '2026-11-20T08', to: '2026-11-20T09' }, /from/],
  ['an unknown dataset', { dataset: 'trains' }, /trains/],
  ['a list', ['2026-11-20T08'], /\["2026-11-20T08"\]/],
  ['a text', '2026-11-20T08', /2026-11-20T08/],
  ['the console’s sample input', { Comment: 'Insert your JSON here' }, /Comment/],
])('%s fails with InvalidInput, the accepted forms and one notification', async (_, input, text) => {
  const before = (await twin.notifications()).length;
  const document = await twin.load(input as object);
  expect(document).toMatchObject({ status: 'FAILED', error: 'InvalidInput', partitions: [] });
  expect(document.cause).toMatch(text);
  const accepted = (input as { dataset?: string }).dataset ? 'Name one of: trips' : ACCEPTED_INPUT;
  expect(document.cause).toContain(accepted);
  const notifications = await twin.notifications();
  expect(notifications).toHaveLength(before + 1);
  expect(notifications.at(-1)?.message).toBe(document.cause);
  expect(notifications.at(-1)?.subject).toMatch(/^Sluice local: .*InvalidInput/);
});
