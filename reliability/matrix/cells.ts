import { createHash } from 'node:crypto';
import { FAULTS, type Aim, type Fault } from './faults';
import type { Recorded } from './recording';
import { rowName } from './tasks';

/** One fault at one task. `aim` is undefined if the task makes no call that the fault can hit. */
export interface Cell {
  /** `<row> / <group>: <fault>`, which `--only` is matched against. */
  readonly name: string;
  readonly recorded: Recorded;
  readonly fault: Fault;
  readonly aim: Aim | undefined;
}

/** Every fault at every task. @param seed decides what is random in a cell */
export function cellsOf(recordings: readonly Recorded[], seed: number): readonly Cell[] {
  return recordings.flatMap((recorded) =>
    FAULTS.map((fault) => {
      const name = cellName(rowName(recorded), fault);
      return { name, recorded, fault, aim: fault.aim(recorded, randomOf(name, seed)) };
    }),
  );
}

function cellName(row: string, { group, name }: Fault): string {
  return `${row} / ${group}: ${name}`;
}

/** A number of cells, drawn by the seed. */
export function sampleOf(cells: readonly Cell[], size: number, seed: number): readonly Cell[] {
  const drawn = cells.toSorted(
    (a, b) => randomOf(`sample ${a.name}`, seed) - randomOf(`sample ${b.name}`, seed),
  );
  const taken = new Set(drawn.slice(0, size));
  return cells.filter((cell) => taken.has(cell));
}

/** Every fault once. Each gets a task drawn by the seed from those that have the fewest faults so far. */
export function everyFaultOnce(cells: readonly Cell[], seed: number): readonly Cell[] {
  const had = new Map<string, number>();
  return FAULTS.flatMap((fault) => {
    const drawn = cells
      .filter((cell) => cell.fault === fault && cell.aim !== undefined)
      .toSorted((a, b) => rank(a) - rank(b))[0];
    if (drawn === undefined) return [];
    const row = rowName(drawn.recorded);
    had.set(row, (had.get(row) ?? 0) + 1);
    return [drawn];
  });

  function rank({ name, recorded }: Cell): number {
    return (had.get(rowName(recorded)) ?? 0) + randomOf(`short ${name}`, seed);
  }
}

/** Spreads the waiting cells evenly among the others, so that few of them wait at the same time. */
export function inGoodOrder(cells: readonly Cell[]): readonly Cell[] {
  const waiting = cells.filter(({ fault }) => fault.waits);
  const others = cells.filter(({ fault }) => !fault.waits);
  const distance = Math.ceil(others.length / Math.max(1, waiting.length));
  const pieces = waiting.map((cell, index) => [
    cell,
    ...others.slice(index * distance, (index + 1) * distance),
  ]);
  return waiting.length === 0 ? others : pieces.flat();
}

/** A number in [0, 1), decided by a name and a seed. */
export function randomOf(name: string, seed: number): number {
  return createHash('sha256').update(`${seed} ${name}`).digest().readUInt32BE() / 2 ** 32;
}
