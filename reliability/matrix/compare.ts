import { isDeepStrictEqual } from 'node:util';

/** Collects the differences between what is found and what is expected, each as a text. */
export class Findings {
  readonly problems: string[] = [];

  equal(what: string, found: unknown, expected: unknown): void {
    if (isDeepStrictEqual(found, expected)) return;
    this.problems.push(`${what}: expected ${shown(expected)}, found ${shown(found)}`);
  }

  holds(what: string, condition: boolean): void {
    if (!condition) this.problems.push(what);
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing');
}
