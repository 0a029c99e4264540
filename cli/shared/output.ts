/** Where a command writes. With `--json` the one document is all that goes to stdout; people's text goes to stderr. */
export class Output {
  constructor(
    readonly json: boolean,
    private readonly stdout: NodeJS.WritableStream = process.stdout,
    private readonly stderr: NodeJS.WritableStream = process.stderr,
  ) {}

  /** Text for a person: the command's answer. */
  say(text = ''): void {
    (this.json ? this.stderr : this.stdout).write(`${text}\n`);
  }

  /** Text beside the answer: what is being done, warnings. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** The document that scripts rely on; printed only with `--json`. */
  document(value: object): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Whether progress may be drawn over itself. */
  get live(): boolean {
    // A terminal that does not say how wide it is has no lines that could be drawn over.
    const drawable = process.stdout.isTTY === true && (process.stdout.columns ?? 0) > 0;
    return !this.json && drawable && process.env.CI === undefined;
  }
}

/** Wrong usage: exit code 2. The message says what is wrong and what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
