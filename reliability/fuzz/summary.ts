import { renderTable } from '../../cli/shared/table';
import type { TargetResult, WrongCase } from './check-target';

/** A line for each target: how many cases, how many taken, how many refused and by which names, how many wrong. */
export function summary(results: readonly TargetResult[]): string {
  return renderTable(
    ['target', 'cases', 'accepted', 'refused by name', 'wrong', 'names'],
    results.map((result) => [
      result.target,
      result.cases,
      result.accepted,
      refusals(result),
      result.wrong ? 1 : 0,
      Object.entries(result.refused)
        .sort(([, left], [, right]) => right - left)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
    ]),
    { lengths: [300], width: Infinity },
  );
}

function refusals({ refused }: TargetResult): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0);
}

/** A wrong case whole, and how to have it again. */
export function wrongText({ target }: TargetResult, wrong: WrongCase, seed: number): string {
  return [
    `wrong: ${target}`,
    `  case: ${wrong.case}`,
    `  error: ${wrong.error.replaceAll('\n', '\n    ')}`,
    `  again: npm run fuzz -- --only ${target} --seed ${seed} --path ${wrong.path}`,
  ].join('\n');
}

export function closingLine(results: readonly TargetResult[], seed: number, seconds: number): string {
  const sum = (count: (result: TargetResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  return (
    `fuzz: ${sum(({ cases }) => cases)} cases, ${sum(({ accepted }) => accepted)} accepted, ` +
    `${sum(refusals)} refused by name, ${sum(({ wrong }) => (wrong ? 1 : 0))} wrong, seed ${seed}, ${Math.round(seconds)} s`
  );
}
