import { parseDataset } from '../../core/dataset';
import { LoadError } from '../../core/errors';
import { readService, MOST_DATASETS, serviceOf } from '../../resources/service';
import { parseSettings } from '../../resources/settings';
import { ServiceCopy } from '../../testkit/service-copy';
import { statementsOf, textOf } from '../../testkit/template-text';

const file = (name: string) => `
dataset: ${name}
source:
  prefix: ${name}/year={yyyy}/month={MM}/day={dd}/hour={HH}/
target:
  table: ${name}
  key: [id]
  event_time: at
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
`;
const settings = parseSettings('sluice', 'a-stage-of-16-ch', 'us-east-1', {}, (name) => name);

/** The resources that Serverless makes: functions, their logs, the state machine and the bucket of the deployment. */
const OF_SERVERLESS = 30;
const MOST_RESOURCES = 500;
const MOST_CHARACTERS = 10_240;
const MOST_ALARMS_OF_WIDGET = 100;

/** The longest text that a reference can become. */
const resolved = (text: string) =>
  text
    .replaceAll('${LakeBucket.Arn}', `arn:aws:s3:::sluice-a-stage-of-16-ch-lake-${'1'.repeat(12)}`)
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${AWS::Region}', 'ap-southeast-99')
    .replaceAll('${AWS::AccountId}', '1'.repeat(12));

test('the most datasets of one stack fit in it, with the longest names', () => {
  const datasets = Array.from({ length: MOST_DATASETS }, (_, index) => {
    const name = `events_${'x'.repeat(21)}${String(index).padStart(2, '0')}`;
    expect(name).toHaveLength(30);
    return parseDataset(file(name), `${name}.yml`);
  });
  const { Resources } = serviceOf(settings, datasets).template;
  expect(Object.keys(Resources).length + OF_SERVERLESS).toBeLessThanOrEqual(MOST_RESOURCES);
  for (const [id, resource] of Object.entries(Resources)) {
    if (resource.Type !== 'AWS::IAM::Role') continue;
    const statements = statementsOf({ Type: resource.Type, Properties: { ...resource.Properties } });
    const size = statements
      .map(
        ({ Resource, ...rest }) =>
          JSON.stringify(rest) + [Resource].flat().map(textOf).map(resolved).join('","'),
      )
      .join(',').length;
    expect({ id, fits: size <= MOST_CHARACTERS }).toEqual({ id, fits: true });
    expect(resource.Properties?.RoleName).toMatch(/^[\w+=,.@-]{1,64}$/);
  }
  const [body] = (Resources.Dashboard?.Properties?.DashboardBody as { 'Fn::Sub': [string] })['Fn::Sub'];
  const { widgets } = JSON.parse(body) as {
    widgets: { type: string; properties: { alarms: string[] } }[];
  };
  const alarms = widgets.filter(({ type }) => type === 'alarm').map(({ properties }) => properties.alarms);
  expect(alarms.length).toBeGreaterThan(1);
  for (const each of alarms) expect(each.length).toBeLessThanOrEqual(MOST_ALARMS_OF_WIDGET);
  expect(new Set(alarms.flat()).size).toBe(
    Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length,
  );
});

/** The error about these dataset files when the service is packaged. */
async function refusal(names: readonly string[]): Promise<LoadError> {
  const copy = await ServiceCopy.make(Object.fromEntries(names.map((name) => [`${name}.yml`, file(name)])));
  try {
    await readService(copy.directory, {
      options: {},
      resolveVariable: (name) =>
        Promise.resolve(
          { 'sls:stage': 'dev', 'self:service': 'sluice', 'self:provider.region': 'us-east-1' }[name] ?? '',
        ),
    });
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  } finally {
    copy.remove();
  }
  throw new Error('nothing was refused');
}

test('more datasets than one stack can have are refused', async () => {
  const names = Array.from({ length: MOST_DATASETS }, (_, index) => `events_${index}`);
  // The copy already has the dataset trips.
  const { name, reason, fix } = await refusal(names);
  expect({ name, reason }).toEqual({
    name: 'DatasetInvalid',
    reason: `There are ${MOST_DATASETS + 1} files in datasets/, but one stack holds ${MOST_DATASETS} at most.`,
  });
  expect(fix).toContain('another name');
});

test.each([
  [['page_1', 'page1'], 'differ only in "_"'],
  // ExecutionsThrottledAlarm would be the alarm of the state machine and of the stream.
  [['executions'], 'ExecutionsThrottledAlarm would be the name of two resources in the template'],
])('%j: names that give two resources the same id are refused', async (names, words) => {
  const { name, reason } = await refusal(names);
  expect(name).toBe('DatasetInvalid');
  expect(reason).toContain(words);
});
