import { version as duckdb } from '@duckdb/node-api';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** What a bench measured, once for each round: the values of one run are compared with those of the same round only. */
export interface Figure {
  readonly name: string;
  /** `s`, `MiB`, `records/s` …, or `×` for a ratio. */
  readonly unit: string;
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  /** In the order of the rounds. */
  readonly values: readonly number[];
}

export interface Aim {
  readonly name: string;
  /** With the unit of the value, for example `at most 1.5 ×`. */
  readonly aim: string;
  readonly value: number;
  readonly met: boolean;
}

/** A line chart over sizes. */
export interface Chart {
  /** The file's name, without `.svg`. */
  readonly file: string;
  readonly title: string;
  readonly x: { readonly name: string; readonly values: readonly string[] };
  readonly y: { readonly name: string };
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export interface Measured {
  readonly figures: readonly Figure[];
  readonly aims: readonly Aim[];
  readonly charts: readonly Chart[];
}

export interface Bench {
  /** As `npm run bench -- <name>` takes it. */
  readonly name: string;
  readonly title: string;
  /** How it is measured, and what that does not show. Markdown. */
  readonly about: string;
  /** What holds a missed aim back, by the aim's name. Markdown. */
  readonly heldBack: Readonly<Record<string, string>>;
  /** Rounds unless the command names others. */
  readonly rounds: number;
  run(options: { readonly rounds: number; readonly note: (text: string) => void }): Promise<Measured>;
}

/** A measured bench in docs/benchmarks.json. */
export interface BenchDocument extends Measured {
  readonly name: string;
  readonly date: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memory_gib: number };
  readonly versions: Readonly<Record<string, string>>;
}

export async function measured(
  bench: Bench,
  rounds: number,
  note: (text: string) => void,
): Promise<BenchDocument> {
  const started = performance.now();
  const found = await bench.run({ rounds, note });
  return {
    name: bench.name,
    date: new Date().toISOString().slice(0, 10),
    rounds,
    seconds: Math.round((performance.now() - started) / 1_000),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memory_gib: Math.round(totalmem() / 2 ** 30),
    },
    versions: { node: process.versions.node, duckdb: duckdb() },
    ...found,
  };
}

export function figure(name: string, unit: string, values: readonly number[]): Figure {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
  return {
    ...{ name, unit, median: rounded(median) },
    ...{ minimum: rounded(sorted[0] ?? NaN), maximum: rounded(sorted.at(-1) ?? NaN) },
    values: values.map(rounded),
  };
}

/** An aim that a figure is at most so much, by its median. */
export const atMost = (name: string, most: number, { median, unit }: Figure): Aim => ({
  name,
  aim: `at most ${most} ${unit}`,
  value: median,
  met: median <= most,
});

/** An aim that a figure is at least so much, by its median. */
export const atLeast = (name: string, least: number, { median, unit }: Figure): Aim => ({
  name,
  aim: `at least ${least} ${unit}`,
  value: median,
  met: median >= least,
});

/** Three digits are more than two rounds have in common. */
const rounded = (value: number): number => Number(value.toPrecision(3));
