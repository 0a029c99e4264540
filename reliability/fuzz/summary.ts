import { renderTable } from '../../cli/shared/table';
import { closingLine as closing, type Tally } from '../shared/command';
import type { Checked, WrongCase } from './check-target';

/** The outcome of one target: the parts of its cases, and the cases that could not be carried out. */
export interface TargetResult {
  readonly target: string;
  readonly parts: readonly Checked[];
  readonly notCarriedOut: readonly {
    readonly cases: number;
    readonly path: string;
    readonly reason: string;
  }[];
}

/** The number of wrong cases of a target that are shown whole. */
const SHOWN = 3;

interface Totals extends Tally {
  readonly cases: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
}

export function totalsOf(results: readonly TargetResult[]): Totals {
  const parts = results.flatMap((result) => result.parts);
  const refused: Record<string, number> = {};
  for (const part of parts)
    for (const [name, count] of Object.entries(part.refused)) refused[name] = (refused[name] ?? 0) + count;
  const accepted = sum(parts.map((part) => part.accepted));
  const left = sum(results.flatMap(({ notCarriedOut }) => notCarriedOut.map(({ cases }) => cases)));
  return {
    cases: sum(parts.map((part) => part.cases)) + left,
    accepted,
    refused,
    right: accepted + sum(Object.values(refused)),
    wrong: parts.filter(({ wrong }) => wrong).length,
    notCarriedOut: left,
  };
}

/**
 * A line for each target: its cases, those accepted, those refused with the names of the errors, and the wrong ones.
 */
export function summary(results: readonly TargetResult[]): string {
  return renderTable(
    ['target', 'cases', 'accepted', 'refused by name', 'wrong', 'not carried out', 'names'],
    results.map((result) => {
      const { cases, accepted, refused, wrong, notCarriedOut } = totalsOf([result]);
      const names = Object.entries(refused)
        .sort(([, left], [, right]) => right - left)
        .map(([name, count]) => `${name} ${count}`);
      const counts = [cases, accepted, sum(Object.values(refused)), wrong, notCarriedOut];
      return [result.target, ...counts, names.join(', ')];
    }),
    { lengths: [300], width: Infinity },
  );
}

/**
 * The defects of a target: its first wrong cases whole, and the cases that could not be carried out, with the reason.
 */
export function troubles({ target, parts, notCarriedOut }: TargetResult, seed: number): readonly string[] {
  const wrong = parts.flatMap((part) => part.wrong ?? []);
  return [
    ...wrong.slice(0, SHOWN).map((each) => wrongText(target, each, seed)),
    ...(wrong.length > SHOWN ? [`wrong: ${target}: ${wrong.length - SHOWN} more`] : []),
    ...notCarriedOut.map(
      ({ cases, path, reason }) => `not carried out: ${target}: ${cases} cases from ${path}: ${reason}`,
    ),
  ];
}

/** A wrong case whole, and the command that repeats it. */
export function wrongText(target: string, wrong: WrongCase, seed: number): string {
  return [
    `wrong: ${target}`,
    `  case: ${wrong.case}`,
    `  error: ${wrong.error.replaceAll('\n', '\n    ')}`,
    `  again: npm run fuzz -- --only ${target} --seed ${seed} --path ${wrong.path}`,
  ].join('\n');
}

export function closingLine(results: readonly TargetResult[], seed: number, seconds: number): string {
  const { cases, accepted, refused, wrong, notCarriedOut } = totalsOf(results);
  return closing(
    'fuzz',
    [
      [cases, 'cases'],
      [accepted, 'accepted'],
      [sum(Object.values(refused)), 'refused by name'],
      [wrong, 'wrong'],
      [notCarriedOut, 'not carried out'],
    ],
    seconds,
    seed,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
