import { createHash } from 'node:crypto';
import { FAULTS, type Aim, type Fault } from './faults';
import type { Recorded } from './recording';

/** One fault at one task; `aim` is undefined where the task makes no call that the fault could hit. */
export interface Cell {
  /** `<state> / <group>: <fault>`, what `--only` is matched on. */
  readonly name: string;
  readonly recorded: Recorded;
  readonly fault: Fault;
  readonly aim: Aim | undefined;
}

/** Every fault at every task. @param seed of what is random in a cell */
export function cellsOf(recordings: readonly Recorded[], seed: number): readonly Cell[] {
  return recordings.flatMap((recorded) =>
    FAULTS.map((fault) => {
      const name = cellName(recorded.task.name, fault);
      return { name, recorded, fault, aim: fault.aim(recorded, randomOf(name, seed)) };
    }),
  );
}

export function cellName(state: string, { group, name }: Fault): string {
  return `${state} / ${group}: ${name}`;
}

/** So many cells, by chance but the same for the same seed. */
export function sampleOf(cells: readonly Cell[], size: number, seed: number): readonly Cell[] {
  const drawn = cells.toSorted(
    (a, b) => randomOf(`sample ${a.name}`, seed) - randomOf(`sample ${b.name}`, seed),
  );
  const taken = new Set(drawn.slice(0, size));
  return cells.filter((cell) => taken.has(cell));
}

/** A number from 0 to below 1 that a name and a seed decide. */
export function randomOf(name: string, seed: number): number {
  return createHash('sha256').update(`${seed} ${name}`).digest().readUInt32BE() / 2 ** 32;
}
