import type { ServiceCopy } from '../../testkit/service-copy';
import type { Template, TemplateResource } from '../../testkit/template-check';
import { logProblems } from '../../testkit/template-logs';
import { madeBefore, orderProblems } from '../../testkit/template-order';
import { packageShapes, SHAPES, type Packaged } from './shapes';

let packaged: ReadonlyMap<string, Packaged>;
const copies: ServiceCopy[] = [];

beforeAll(async () => {
  packaged = await packageShapes(copies);
});
afterAll(() => {
  for (const copy of copies) copy.remove();
});

const templateOf = (name: string): Template => packaged.get(name)!.template;

describe.each(Object.keys(SHAPES))('%s', (name) => {
  test('whatever a service looks up by name, and every right of a role, exists before', () => {
    expect(orderProblems(templateOf(name))).toEqual([]);
  });

  test('every log has a group in the template, with a retention, before its writer and as long as it', () => {
    expect(logProblems(templateOf(name))).toEqual([]);
  });
});

/** The template of one dataset, with some resources changed, added or (undefined) taken out. */
function changed(changes: Readonly<Record<string, Partial<TemplateResource> | undefined>>): Template {
  const template = templateOf('one dataset');
  const Resources = Object.fromEntries(
    Object.entries({ ...template.Resources, ...changes }).flatMap(([id, resource]) =>
      resource === undefined ? [] : [[id, { ...template.Resources[id], ...resource } as TemplateResource]],
    ),
  );
  return { ...template, Resources };
}

describe('the check of the order finds', () => {
  test('a log stream that Firehose is given by its name', () => {
    expect(orderProblems(changed({ TripsStream: { DependsOn: [] } }))).toEqual([
      'TripsStream names TripsStreamLog, but may be made before it',
    ]);
  });

  test('a role that is given by the text of its ARN', () => {
    const { TripsSchedule } = templateOf('one dataset').Resources;
    const Target = {
      ...(TripsSchedule?.Properties?.Target as object),
      RoleArn: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/sluice-dev-schedule' },
    };
    const template = changed({ TripsSchedule: { Properties: { ...TripsSchedule?.Properties, Target } } });
    expect(orderProblems(template)).toEqual(['TripsSchedule names ScheduleRole, but may be made before it']);
  });

  test('a policy of its own that gives a right to a role', () => {
    const policy = { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'LoadRole' }] } };
    expect(orderProblems(changed({ LatePolicy: policy }))).toEqual([
      'LoadStateMachine may be made before LatePolicy, which gives a right to its role',
    ]);
  });
});

describe('the check of the logs finds', () => {
  test.each<[string, () => Template, string]>([
    [
      'a log group that AWS would make itself',
      () => changed({ UserLogGroup: undefined }),
      'Namespace: the template has no log group /aws/redshift/sluice-dev/userlog',
    ],
    [
      'a log group without retention',
      () => changed({ LoadLogGroup: { Properties: { LogGroupName: 'x' } } }),
      'LoadStateMachine: ${LoadLogGroup.Arn} has no retention',
    ],
    [
      'a log group that its writer does not wait for',
      () => changed({ Namespace: { DependsOn: [] } }),
      'Namespace: may be made before /aws/redshift/sluice-dev/userlog',
    ],
    [
      'a log group that goes while its writer stays',
      () => changed({ UserLogGroup: { DeletionPolicy: undefined } }),
      'Namespace: /aws/redshift/sluice-dev/userlog is deleted while its writer stays',
    ],
    [
      'a type of which nobody has said whether it logs',
      () => changed({ Api: { Type: 'AWS::ApiGateway::RestApi' } }),
      'Api: does AWS::ApiGateway::RestApi write logs?',
    ],
  ])('%s', (_, template, problem) => {
    expect(logProblems(template())).toContain(problem);
  });
});

test.each(Object.keys(SHAPES))(
  '%s: what stays when the stack is deleted keeps all that it needs, and nothing stays when its creation fails',
  (name) => {
    const template = templateOf(name);
    const stays = (id: string) => template.Resources[id]?.DeletionPolicy;
    const all = Object.keys(template.Resources);
    expect(new Set(all.map(stays))).toEqual(new Set([undefined, 'RetainExceptOnCreate']));
    const staying = all.filter(stays);
    expect(staying.flatMap((id) => [...madeBefore(template, id)]).filter((id) => !stays(id))).toEqual([]);
  },
);
