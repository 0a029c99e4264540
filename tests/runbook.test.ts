import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLATFORM_FIXES } from '../core/diagnosis-rules';
import { FATAL_ERRORS, STILL_RUNNING, TRANSIENT_ERRORS } from '../core/errors';
import { notificationOf } from '../core/notification';
import { anchorOf, headingOfError, RUNBOOK } from '../core/runbook';
import { alarmNames, alarmResources } from '../resources/alarms';
import { parseSettings } from '../resources/settings';
import { readDatasets } from '../service/datasets';
import { unknownUses, usesOfCommand } from '../testkit/command-uses';
import { ROOT } from '../testkit/root';
import { ordersDataset } from './core/orders';

/** Holds alarms, errors, notifications and the runbook together. */
const PAGE = readFileSync(join(ROOT, RUNBOOK), 'utf8');
const HEADINGS = [...PAGE.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) => heading);
const SECTIONS = new Map(
  PAGE.split(/^### /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n')).trim()] as const),
);
const ERRORS = [...TRANSIENT_ERRORS, STILL_RUNNING, ...FATAL_ERRORS, ...Object.keys(PLATFORM_FIXES)];
const LINK = /\S+\.md#\S+/g;

const settings = parseSettings('sluice', 'dev', 'eu-west-1', {}, String);
const datasets = readDatasets(ROOT);

/** The description of each alarm, with the longest values that its references can have. */
function descriptions(
  of = settings,
  about = datasets,
  values: Readonly<Record<string, string>> = {
    StateMachine: `arn:aws:states:eu-west-1:123456789012:stateMachine:${of.service}-${of.stage}-load`,
    DeadLetters: `https://sqs.eu-west-1.amazonaws.com/123456789012/${of.service}-${of.stage}-schedule-dead-letters`,
    Lake: 'l'.repeat(63),
  },
) {
  return Object.entries(alarmResources(of, about)).map(([id, { Properties = {} }]) => {
    const { AlarmDescription: description } = Properties as {
      AlarmDescription: string | { 'Fn::Sub': [string, object] };
    };
    const [text, named] = typeof description === 'string' ? [description, {}] : description['Fn::Sub'];
    // CloudFormation replaces exactly these.
    expect([...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name))].sort()).toEqual(
      Object.keys(named).sort(),
    );
    return { id, text: text.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? `no ${name}`) };
  });
}

test('every alarm has a section, and every section of an alarm an alarm', () => {
  const inPage = [...SECTIONS.keys()].filter((heading) => heading.startsWith('Alarm '));
  expect(inPage.sort()).toEqual(
    alarmNames(settings, datasets)
      .map((name) => `Alarm ${name}`)
      .sort(),
  );
});

test('every error has a section, and every other section is one of an error', () => {
  const inPage = [...SECTIONS.keys()].filter((heading) => !heading.startsWith('Alarm '));
  expect(inPage.sort()).toEqual([...new Set(ERRORS)].sort());
});

test.each([...SECTIONS])(
  '%s: says what it means and names a command, or the section that does',
  (_, text) => {
    expect(text).toMatch(/^[A-Z]/);
    expect(text.length).toBeGreaterThan(30);
    expect(text).toMatch(/^(npx|aws|npm) |\]\(#|\]\(deploy\.md#|deploy\b/m);
  },
);

test('no two sections have the same anchor', () => {
  const anchors = HEADINGS.map(anchorOf);
  expect(new Set(anchors).size).toBe(anchors.length);
});

test('commands of sluice are for the stage that the page names', () => {
  const commands = [...PAGE.matchAll(/npx sluice [^`\n]*/g)].map(([command]) => command);
  expect(commands.length).toBeGreaterThan(50);
  expect(commands.filter((command) => !command.includes('--stage dev'))).toEqual([]);
});

describe.each(descriptions())('$id', ({ text }) => {
  test('links to its section, and to nothing else in the runbook', () => {
    const [link, ...others] = text.match(LINK) ?? [];
    expect(others).toEqual([]);
    const [page, anchor] = link?.split('#') ?? [];
    expect(page).toBe(RUNBOOK);
    expect(HEADINGS.filter((heading) => heading.startsWith('Alarm ')).map(anchorOf)).toContain(anchor);
  });

  test('names a command that exists, with everything filled in', () => {
    const [, command = ''] = /^Look first: (.+)$/m.exec(text) ?? [];
    expect(command).toMatch(/^(npx sluice|aws) .* --region eu-west-1$/);
    expect(unknownUses(usesOfCommand(`\`${command}\``))).toEqual([]);
    expect(text).not.toMatch(/undefined|\$\{|no \w+$/m);
  });
});

test('an alarm of executions links to their list, one of hours to their files', () => {
  const textOf = (id: string) => descriptions().find((each) => each.id === id)?.text ?? '';
  expect(textOf('ExecutionsFailedAlarm')).toContain(
    'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/statemachines/view/arn:aws:states:eu-west-1:123456789012:stateMachine:sluice-dev-load',
  );
  for (const id of ['TripsStaleAlarm', 'TripsFailingAlarm'])
    expect(textOf(id)).toMatch(/^Files: s3:\/\/l+\/trips\/$/m);
  expect(textOf('TripsErrorRecordsAlarm')).toMatch(
    /inspect s3:\/\/l+\/errors\/trips\/processing-failed\/ --stage dev/,
  );
});

test('the description of an alarm fits, whatever is long, and keeps its command and its section', () => {
  const runbookUrl = `https://git.example.com/${'x'.repeat(175)}`;
  const longest = parseSettings(
    'a-long-name-of-a-service',
    'a-stage-as-long2',
    'ap-southeast-2',
    { runbookUrl },
    String,
  );
  const prefix = `${'p'.repeat(300)}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`;
  const dataset = { ...ordersDataset({ source: { prefix } }), name: 'd'.repeat(30) };
  for (const { text } of descriptions(longest, [dataset])) {
    // CloudWatch: PutMetricAlarm.
    expect(text.length).toBeLessThanOrEqual(1_024);
    expect(text).toMatch(/^Look first: /m);
    expect(text).toContain(`${runbookUrl}#alarm-`);
  }
});

test.each([...ERRORS, 'States.ReferencePathConflict', 'TypeError', ''])(
  'a notification of error "%s" links to a section that is there, and names commands that exist',
  (error) => {
    const { message } = notificationOf(
      {
        ...{ dataset: 'trips', execution: 'e', summary: 's', what: 'w' },
        failures: [],
        stop: { diagnosis: { error, cause: 'c', fix: 'f' }, input: { partition: '2026-11-23T08' } },
      },
      {
        ...{ stage: 'dev', executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:m:e' },
        ...{ bucket: 'lake', prefix: null, runbook: RUNBOOK },
      },
    );
    const [link = ''] = message.match(LINK) ?? [];
    expect(HEADINGS.map(anchorOf)).toContain(link.split('#')[1]);
    expect(unknownUses(usesOfCommand(message.replace(/npx sluice .*/g, '`$&`')))).toEqual([]);
    expect(SECTIONS.has(headingOfError(error))).toBe(true);
  },
);

test('the notification that the state machine itself makes links to a section that is there', () => {
  const machine = readFileSync(join(ROOT, 'statemachines/load.asl.yml'), 'utf8');
  const links = [...machine.matchAll(/self:custom\.service\.runbook\}#([\w-]+)/g)].map(
    ([, anchor]) => anchor,
  );
  expect(links).not.toEqual([]);
  expect(HEADINGS.map(anchorOf)).toEqual(expect.arrayContaining(links));
});
