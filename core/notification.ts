import { chatCode, chatLink, chatMessage, type ChatMessage } from './chat-message';
import type { Diagnosis } from './diagnosis';
import { FILE_ERRORS } from './errors';
import { readExecutionInput } from './execution-input';
import type { Hour } from './hour';
import { linksOf, type Links, type Place } from './place';
import { plural } from './plural';
import { shortened } from './shortened';
import type { Reason } from './states';

/** A message to the SNS topic. */
export interface Notification {
  /** SNS takes fewer than 100 printable ASCII characters. */
  readonly subject: string;
  /** For people, as a mail shows it. It is the execution's cause too. */
  readonly message: string;
  /** The same in short, for a chat. */
  readonly chat: ChatMessage;
}

/** A partition whose failure is told. */
export interface ToldFailure {
  readonly partition: Hour;
  /** Why it was tried; null: this execution did not try it, and its failure lasts. */
  readonly reason: Reason | null;
  readonly error: string;
  /** Null: only the load history knows. */
  readonly cause: string | null;
  readonly fix: string | null;
  /** The execution input that loads it again. */
  readonly rerun: object | null;
  /** Null if it was not loaded; otherwise the number of its files that were left out. */
  readonly leftOut: number | null;
}

/** What an execution has to tell. */
export interface Tidings {
  readonly dataset: string | null;
  readonly execution: string;
  /** Its result in one line. */
  readonly summary: string;
  /** What happened, for the subject: `2 of 3 partitions failed`. */
  readonly what: string;
  readonly failures: readonly ToldFailure[];
  /** Why the execution failed as a whole, and its input; null: it did not. */
  readonly stop: { readonly diagnosis: Diagnosis; readonly input: unknown } | null;
}

const SUBJECT_LENGTH = 99;
/** Step Functions keeps 32,768 characters of a Fail state's cause, and 256 KiB of the payload that holds the message. */
const MESSAGE_LENGTH = 30_000;
/** The most characters of each part of a section, so that a long cause does not push the fix out of the message. */
export const CAUSE_LENGTH = 4_000;
const FIX_LENGTH = 2_000;
const INPUT_LENGTH = 1_000;
/** Sections that tell all; the failures after them have a line each. */
const WHOLE_SECTIONS = 5;
const SHORT_LINES = 50;
const SHORT_CAUSE = 120;
/** Hours that the heading of a section names. */
const NAMED_HOURS = 4;

/** @param place null: nobody knows it, so there are neither commands nor links. */
export function notificationOf(tidings: Tidings, place: Place | null): Notification {
  const { dataset, execution, summary, what, failures, stop } = tidings;
  const links = linksOf(place);
  const title = `Sluice${place === null ? '' : ` ${place.stage}`}: ${dataset ?? 'load'}: ${what}${detailsOf(failures)}`;
  const head = `Execution ${execution} failed: ${summary}.`;
  if (stop) {
    const { diagnosis } = stop;
    // The same wrong input would fail again.
    const input = diagnosis.error === 'InvalidInput' ? null : stop.input;
    const section = [
      ...explanation(diagnosis),
      ...waysToLoad(input, links),
      `Runbook: ${links.runbookOf(diagnosis.error)}`,
    ];
    return {
      subject: subjectOf(title),
      message: joined([head, section.join('\n'), endOf([], links)]),
      chat: chatMessage(
        title,
        [{ heading: diagnosis.error, ...diagnosis }],
        stepsOf(execution, input, diagnosis.error, links),
      ),
    };
  }
  const groups = groupsOf(failures);
  const end = endOf(groups, links);
  return {
    subject: subjectOf(title),
    message: joined([head, ...bodyOf(groups, links, MESSAGE_LENGTH - head.length - end.length), end]),
    chat: chatMessage(
      title,
      groups.map((group) => ({ heading: headingOf(group), cause: group[0].cause, fix: group[0].fix })),
      stepsOf(execution, inputOf(failures), failures[0]?.error ?? '', links),
    ),
  };
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** Which hour, if it is one, and which errors. */
function detailsOf(failures: readonly ToldFailure[]): string {
  const [first, ...others] = failures;
  if (first === undefined) return '';
  if (others.length === 0) return ` (${first.partition}: ${first.error})`;
  return ` (${[...new Set(failures.map(({ error }) => error))].join(', ')})`;
}

/** Source: Amazon SNS API Reference, "Publish". */
function subjectOf(title: string): string {
  const ascii = title.replace(/[^\x20-\x7e]/g, '?');
  return ascii.length <= SUBJECT_LENGTH ? ascii : `${ascii.slice(0, SUBJECT_LENGTH - 3)}...`;
}

/** Failures for the same reason, which are told together. */
type Group = readonly [ToldFailure, ...ToldFailure[]];

function groupsOf(failures: readonly ToldFailure[]): readonly Group[] {
  const groups = new Map<string, [ToldFailure, ...ToldFailure[]]>();
  for (const failure of failures) {
    const { partition, reason, error, cause, fix, leftOut } = failure;
    // Of a cause that only the history knows, nobody can say that it is the same.
    const key = JSON.stringify([error, cause ?? partition, fix, reason === null, leftOut]);
    const group = groups.get(key);
    if (group) group.push(failure);
    else groups.set(key, [failure]);
  }
  return [...groups.values()];
}

function headingOf(group: Group): string {
  const [{ partition, reason, error, leftOut }] = group;
  const files =
    leftOut === null ? '' : `, ${leftOut} of ${group.length === 1 ? 'its' : 'their'} files left out`;
  if (group.length === 1) {
    return `Partition ${partition}${reason === null ? ', still' : ` (${reason})`}${files}: ${error}`;
  }
  const named = group.slice(0, NAMED_HOURS).map((each) => each.partition);
  const more = group.length > named.length ? ` and ${group.length - named.length} more` : '';
  return `Partitions ${named.join(', ')}${more}${reason === null ? ', still' : ''}${files}: ${error}`;
}

/** The input that loads partitions again. It leaves alone what is loaded between them. */
function inputOf(failures: readonly ToldFailure[]): object | null {
  const [first] = failures;
  if (!first?.rerun || failures.length === 1) return first?.rerun ?? null;
  const { dataset } = first.rerun as { readonly dataset?: string };
  const hours = failures.map(({ partition }) => partition).sort();
  const range = { from: hours[0], to: hours.at(-1), due: true };
  const input = dataset === undefined ? range : { dataset, ...range };
  // A range has a limit.
  return readExecutionInput(input) === undefined ? null : input;
}

const explanation = ({ cause, fix }: { cause: string; fix: string }): readonly string[] => [
  `What happened: ${shortened(cause, CAUSE_LENGTH)}`,
  `How to fix it: ${shortened(fix, FIX_LENGTH)}`,
];

function waysToLoad(input: unknown, links: Links): readonly string[] {
  if (input === null || input === undefined) return [];
  const command = links.load(input);
  const json = shortened(JSON.stringify(input), INPUT_LENGTH);
  return command === undefined
    ? [`To load it again, start an execution with ${json}`]
    : [`To load it again: ${command}`, `or start an execution with ${json}`];
}

/** When a scheduled execution tries partitions again: see retry.ts. */
function triedAgain(error: string, isOne: boolean): string {
  const [are, own, itself] = isOne ? ['It is', 'its', 'itself'] : ['They are', 'their', 'themselves'];
  return FILE_ERRORS.includes(error)
    ? `${are} tried again when ${own} files or the dataset’s columns change.`
    : `${are} tried again by ${itself}, after 1, 2, 4 … 24 hours, and at once when ${own} files change.`;
}

function sectionOf(group: Group, links: Links): string {
  const [{ partition, error, cause, fix, leftOut }] = group;
  const files = group.length === 1 ? links.filesOf(partition) : undefined;
  return [
    headingOf(group),
    ...(cause === null
      ? ['The load history says what happened and how to fix it.']
      : explanation({ cause, fix: fix ?? '' })),
    ...waysToLoad(inputOf(group), links),
    ...(leftOut === null ? [triedAgain(error, group.length === 1)] : []),
    ...(files === undefined ? [] : [`Files: ${files.prefix}`]),
    ...(files?.page === undefined ? [] : [files.page]),
    `Runbook: ${links.runbookOf(error)}`,
  ].join('\n');
}

/** As many whole sections as are well read and fit, then a line for each further failure, then their number. */
function bodyOf(groups: readonly Group[], links: Links, length: number): readonly string[] {
  const more = (count: number) => `… and ${count} more; the load history names them all.`;
  let left = length - more(1e9).length;
  const fits = (text: string): boolean => {
    left -= text.length + 2;
    return left > 0;
  };
  const sections: string[] = [];
  for (const group of groups.slice(0, WHOLE_SECTIONS)) {
    const section = sectionOf(group, links);
    if (!fits(section)) break;
    sections.push(section);
  }
  const rest = groups.slice(sections.length).flat();
  if (rest.length === 0) return sections;
  const lines = [`In short, ${plural(rest.length, 'further partition')}:`];
  for (const each of rest.slice(0, SHORT_LINES)) {
    const line = shortLine(each);
    if (!fits(line)) break;
    lines.push(line);
  }
  const untold = rest.length - (lines.length - 1);
  return [...sections, [...lines, ...(untold > 0 ? [more(untold)] : [])].join('\n')];
}

function shortLine({ partition, error, cause }: ToldFailure): string {
  const [line = ''] = (cause ?? '').split('\n');
  return `${partition} ${error}${line === '' ? '' : `: ${shortened(line, SHORT_CAUSE)}`}`;
}

function endOf(groups: readonly Group[], links: Links): string {
  const all = groups.length > 1 ? links.load(inputOf(groups.flat())) : undefined;
  return [
    ...(all === undefined ? [] : [`To load all of them: ${all}`]),
    ...(links.status === undefined || groups.length === 0 ? [] : [`To look at all hours: ${links.status}`]),
    ...(links.execution === undefined ? [] : [`The execution: ${links.execution}`]),
  ].join('\n');
}

/** What to do next, for a chat. */
function stepsOf(execution: string, input: unknown, error: string, links: Links): readonly string[] {
  const load = input === null ? undefined : links.load(input);
  const page = links.execution;
  return [
    ...(load === undefined ? [] : [`Load again: ${chatCode(load)}`]),
    ...(links.status === undefined ? [] : [`Look at all hours: ${chatCode(links.status)}`]),
    `Runbook: ${chatLink(links.runbookOf(error), error)}`,
    `Execution: ${page === undefined ? chatCode(execution) : chatLink(page, execution)}`,
  ];
}
