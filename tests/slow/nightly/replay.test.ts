import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runReplay } from '../../../cli/replay';
import type { ReplayDocument } from '../../../cli/replay/document';
import type { ReplayOptions } from '../../../cli/replay/usage';
import { runStream, type StreamDocument } from '../../../cli/stream';
import { hourOf } from '../../../core/hour';
import { readDatasets } from '../../../service/datasets';
import { CapturedOutput } from '../../../testkit/captured-output';
import { ROOT } from '../../../testkit/root';
import { ServiceTwin } from '../../../testkit/service-twin';
import { TestTwin } from '../../../testkit/test-twin';

const TRIPS = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
/** The dataset file as it was deployed first: its keys are too short for some events. */
const NARROW = TRIPS.replace('type: varchar(64)', 'type: varchar(8)');
const HOUR = '2026-11-23T08';

const trip = (id: string) =>
  JSON.stringify({
    trip_id: id,
    pickup_datetime: '2026-11-23T08:15:00Z',
    updated_at: '2026-11-23T08:40:00Z',
  });
const LONG = 'a-long-identifier';

let deployed: ServiceTwin;
let twin: TestTwin;
beforeAll(async () => {
  deployed = await ServiceTwin.start({ 'trips.yml': NARROW });
  ({ twin } = deployed);
});
afterAll(async () => {
  await twin.stop();
  await deployed.remove();
});

/** The command, with the dataset file of the checkout that is deployed. */
async function replay(options: ReplayOptions): Promise<ReplayDocument> {
  const connection = { ...twin.connection, datasets: readDatasets(deployed.service.directory) };
  const captured = new CapturedOutput(true);
  await runReplay(connection, captured.output, options, new AbortController().signal);
  return captured.document<ReplayDocument>();
}

test('events that a deployed dataset file refuses are loaded once, after it is changed, deployed and they are replayed', async () => {
  const file = join(deployed.service.directory, 'events.ndjson');
  writeFileSync(file, [trip('short'), trip(LONG), `${trip('beside')}${trip(LONG)}`, '{}'].join('\n'));
  const captured = new CapturedOutput(true);
  await runStream(twin.connection, captured.output, { file, at: HOUR });
  expect(captured.document<StreamDocument>()).toMatchObject({
    records: 4,
    refused: 3,
    objects: [{ records: 1 }],
  });

  const dry = await replay({ what: HOUR, dryRun: true });
  expect(dry.reasons.map(({ reason, events, chosen }) => [reason, events, chosen])).toEqual([
    ['trip_id is longer than 8 bytes', 2, 0],
    ['Lambda.ProcessingFailedStatus', 1, 1],
    ['trip_id is missing', 1, 0],
  ]);

  writeFileSync(join(deployed.service.directory, 'datasets/trips.yml'), TRIPS);
  const { stateDirectory } = twin;
  await twin.stop();
  twin = await TestTwin.start({ stateDirectory, serviceDirectory: deployed.service.directory });
  expect(await replay({ what: HOUR })).toMatchObject({ sent: 2, left: 1, repeated: 1, error_objects: [] });
  expect(await replay({ what: HOUR })).toMatchObject({ sent: 0, left: 1, sent_before: 3 });

  const now = hourOf(new Date());
  const { status } = await twin.load({ from: HOUR, to: HOUR });
  expect(status).toBe('SUCCEEDED');
  // The hour may have changed since the replay.
  await twin.load({ from: hourOf(new Date(Date.now() - 3_600_000)), to: now });
  expect((await twin.target()).map(([id]) => id)).toEqual([LONG, 'beside', 'short']);
});
