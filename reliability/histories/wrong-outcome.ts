/** The outcome of a history differs from the expected one. */
export class WrongOutcome extends Error {
  /** @param details lines: the found outcome, then the expected one. */
  constructor(
    readonly what: string,
    readonly details: readonly string[] = [],
  ) {
    super([what, ...details].join('\n'));
    this.name = 'WrongOutcome';
  }
}
