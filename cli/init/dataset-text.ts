import { basename } from 'node:path';
import { redshiftType, type ColumnType } from '../../core/column-types';
import { DERIVED_COLUMNS } from '../../core/dataset-file';
import { oneLine } from '../../core/one-line';
import { displayText } from '../shared/table';
import { plural } from '../shared/text';
import type { Reference } from './reference';
import type { Role } from './role';
import type { Roles } from './roles';
import { nounOf, type Sample, type SampledColumn } from './sample';
import { wrapped } from './wrapped';

export interface DatasetDraft {
  readonly name: string;
  readonly sample: Sample;
  readonly roles: Roles;
  /** In the order of the sample, with the types that the roles ask for. */
  readonly columns: readonly SampledColumn[];
}

/** The columns that must have a value: those of the key, the version and the event time. */
export function isRequired({ key, version, event_time }: Roles, name: string): boolean {
  return [key, version, event_time].some(({ columns }) => columns.includes(name));
}

/** The text of a dataset file, with a comment on each choice. */
export function datasetText({ name, sample, roles, columns }: DatasetDraft, reference: Reference): string {
  const { key, version, event_time: eventTime } = roles;
  const [time = ''] = eventTime.columns;
  const names = new Set(columns.map((column) => column.name));
  const taken = DERIVED_COLUMNS.filter((part) => names.has(part));
  const says = (path: string) => reference.get(path) ?? '';
  const role = ({ reasons, decide }: Role) => [...reasons, ...decided(decide)];
  const lines = [
    ...comments('', [header(sample)]),
    ...comments('', [
      'Read the comments, and change what is wrong: a sample shows what was, not what may come. datasets/reference.yml explains every option.',
    ]),
    '',
    ...option('', `dataset: ${name}`, [says('dataset')]),
    'source:',
    ...option('  ', `prefix: ${name}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`, [says('source.prefix')]),
    ...(sample.format === 'parquet'
      ? option('  ', 'stream: external', [
          says('source.stream'),
          'The sample is Parquet, so a writer of yours is assumed. Remove the line if producers send JSON events.',
        ])
      : []),
    'target:',
    ...option('  ', `table: ${name}`, [says('target.table')]),
    ...option('  ', `key: [${key.columns.map(yamlName).join(', ')}]`, [says('target.key'), ...role(key)]),
    ...(version.columns[0] === undefined
      ? comments('  ', [says('target.version'), ...role(version)])
      : option('  ', `version: ${yamlName(version.columns[0])}`, [says('target.version'), ...role(version)])),
    ...option('  ', `event_time: ${yamlName(time)}`, [says('target.event_time'), ...role(eventTime)]),
    ...option('  ', `distkey: ${yamlName(key.columns[0] ?? '')}`, [
      says('target.distkey'),
      'A key column makes the merge fastest.',
    ]),
    ...option('  ', `sortkey: [${yamlName(time)}]`, [
      says('target.sortkey'),
      'The event time serves queries that ask for ranges of time.',
    ]),
    ...(taken.length > 0
      ? option('  ', `derive: [${DERIVED_COLUMNS.filter((part) => !names.has(part)).join(', ')}]`, [
          says('target.derive'),
          `Without ${taken.join(', ')}: the ${nounOf(sample)}s have columns of ${taken.length === 1 ? 'this name' : 'these names'}.`,
        ])
      : []),
    ...(names.has(PARTITION_COLUMN)
      ? option('  ', `partition_column: ${freeName(names)}`, [
          says('target.partition_column'),
          `The ${nounOf(sample)}s have a column source_partition.`,
        ])
      : []),
    ...option('  ', 'event_time_immutable: false', [says('target.event_time_immutable'), roles.promise]),
    ...option('', 'columns:', [
      says('columns'),
      'Types have head room. An event is refused if a value does not fit its column: a longer text, a number with more decimals, a null where required is true. Only what the target needs is required here.',
    ]),
    ...columns.flatMap((column) => columnLines(column, sample, isRequired(roles, column.name))),
    ...leftOutLines(sample),
  ];
  return `${lines.join('\n')}\n`;
}

const PARTITION_COLUMN = 'source_partition';

function freeName(names: ReadonlySet<string>): string {
  const candidates = [
    'loaded_partition',
    ...Array.from(names, (_, index) => `loaded_partition_${index + 2}`),
  ];
  return candidates.find((each) => !names.has(each)) ?? PARTITION_COLUMN;
}

function header(sample: Sample): string {
  const { refused } = sample;
  const [first] = refused.first;
  const without = first
    ? ` ${plural(refused.count, 'line')} of it ${refused.count === 1 ? 'is no event and was' : 'are no events and were'} left out.`
    : '';
  return `Made by sluice init from ${displayText(basename(sample.name), 200)}: ${plural(sample.rows, nounOf(sample))}.${without}`;
}

const decided = (decide: readonly string[]): string[] => decide.map((each) => `Decide: ${each}`);

const option = (indent: string, line: string, about: readonly string[]): string[] => [
  ...comments(indent, about),
  `${indent}${line}`,
];

/** Each text begins a line. */
function comments(indent: string, texts: readonly string[]): string[] {
  return texts
    .filter((text) => text !== '')
    .flatMap((text) => wrapped(oneLine(text), { first: `${indent}# ` }));
}

/** How often a column has a value. */
export function presence({ present }: Pick<SampledColumn, 'present'>, sample: Sample): string {
  const noun = nounOf(sample);
  if (present === sample.rows) return 'never null';
  const absent = sample.rows - present;
  return `null${sample.format === 'events' ? ' or missing' : ''} in ${absent.toLocaleString('en')} of ${plural(sample.rows, noun)}`;
}

function columnLines(column: SampledColumn, sample: Sample, required: boolean): string[] {
  const { name, written, type, about, decide } = column;
  const spelling = written === name ? '' : `${displayText(written, 100)}: `;
  return [
    ...comments('  ', [`${spelling}${capital(about)}, ${presence(column, sample)}.`, ...decided(decide)]),
    ...columnItem(name, type, required),
  ];
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** What Prettier keeps on one line. */
const MOST_CHARACTERS = 110;

function columnItem(name: string, type: ColumnType, required: boolean): string[] {
  const members = [
    `name: ${yamlName(name)}`,
    `type: ${typeName(type)}`,
    ...(required ? ['required: true'] : []),
  ];
  const line = `  - { ${members.join(', ')} }`;
  if (line.length <= MOST_CHARACTERS) return [line];
  return [`  - name: ${yamlName(name)}`, ...members.slice(1).map((member) => `    ${member}`)];
}

/** A type as a dataset file has it. In a list within braces, a comma needs quotation marks. */
export function typeName(type: ColumnType): string {
  const text = redshiftType(type).toLowerCase().replace(', ', ',');
  return text.includes(',') ? `'${text}'` : text;
}

const SHOWN = 100;

function leftOutLines({ leftOut, format }: Sample): string[] {
  if (leftOut.length === 0) return [];
  const shown = leftOut.slice(0, SHOWN);
  const noun = format === 'events' ? 'attribute' : 'column';
  const consequence =
    format === 'events' ? 'The transform drops their values.' : 'No load takes files with them.';
  return [
    ...comments('  ', [`${plural(leftOut.length, noun)} left out. ${consequence}`]),
    ...shown.flatMap(({ name, why, type }) => [
      ...wrapped(oneLine(`${displayText(name, 100)}: ${why}`), { first: '  # ', next: '  #   ' }),
      ...(type
        ? columnItem(name.toLowerCase(), type, false).map((line) => line.replace(/^ {2}/, '  # '))
        : []),
    ]),
    ...(leftOut.length > SHOWN ? [`  # … and ${(leftOut.length - SHOWN).toLocaleString('en')} more.`] : []),
  ];
}

/** Words that YAML reads as something else, in one version or another. */
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n)$/;
const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** A name as YAML. Prettier writes it in the same way. */
function yamlName(name: string): string {
  if (PLAIN.test(name) && !RESERVED.test(name)) return name;
  const escaped = oneLine(JSON.stringify(name));
  return /['\\]/.test(escaped) ? escaped : `'${name}'`;
}
