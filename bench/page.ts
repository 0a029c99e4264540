import type { Aim, BenchDocument, Figure } from './bench';
import { BENCHES } from './benches';

/** docs/benchmarks.md, from what docs/benchmarks.json holds. */
export function pageOf(documents: readonly BenchDocument[]): string {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`, with docs/benchmarks.json, which holds the value of each round. `npm run bench -- merge` runs one and keeps the others. Each figure is the median of its rounds, with the least and the greatest. Ratios are of runs that followed each other in one round, since times on another machine, or on a busy one, are other times. Nothing here was measured on Redshift.',
    ...documents.flatMap(sectionOf),
    '',
  ].join('\n');
}

function sectionOf(document: BenchDocument): string[] {
  const { name, machine, versions, date, rounds, seconds, figures, aims, charts } = document;
  const bench = BENCHES.find((each) => each.name === name);
  if (!bench) throw new Error(`docs/benchmarks.json has a bench that does not exist: ${name}`);
  const used = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
  return [
    ...['', `## ${bench.title}`, '', bench.about, ''],
    `\`npm run bench -- ${name}\` on ${date}: ${rounds} rounds, ${seconds} s, on ${machine.cores} cores (${machine.cpu}) with ${machine.memory_gib} GiB, ${used.join(', ')}.`,
    ...charts.flatMap(({ file, title }) => ['', `![${title}](benchmarks/${file}.svg)`]),
    ...['', '| aim | | median | met |', '| --- | --- | ---: | --- |', ...aims.map(aimRow), ''],
    ...aims.flatMap((aim) => missedText(aim, bench.heldBack[aim.name])),
    ...['| figure | median | least | greatest |', '| --- | ---: | ---: | ---: |', ...figures.map(figureRow)],
  ];
}

const aimRow = ({ name, aim, value, met }: Aim) =>
  `| ${name} | ${aim} | ${value} | ${met ? 'yes' : '**no**'} |`;

const missedText = ({ name, met }: Aim, heldBack: string | undefined): string[] =>
  met || heldBack === undefined ? [] : [`What holds back “${name}”: ${heldBack}`, ''];

const figureRow = ({ name, unit, median, minimum, maximum }: Figure) =>
  `| ${name} | ${median} ${unit} | ${minimum} | ${maximum} |`;
