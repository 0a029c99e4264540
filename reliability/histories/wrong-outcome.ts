/** A history came out otherwise than it has to. */
export class WrongOutcome extends Error {
  /** @param details lines: what was found, what should be. */
  constructor(
    readonly what: string,
    readonly details: readonly string[] = [],
  ) {
    super([what, ...details].join('\n'));
    this.name = 'WrongOutcome';
  }
}
