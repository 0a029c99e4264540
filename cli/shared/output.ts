/** Where a command writes. With `--json`, stdout gets one document and nothing else; text for people goes to stderr. */
export class Output {
  constructor(
    readonly json: boolean,
    private readonly stdout: NodeJS.WritableStream = process.stdout,
    private readonly stderr: NodeJS.WritableStream = process.stderr,
  ) {}

  /** Writes text for people: the command's result. */
  say(text = ''): void {
    (this.json ? this.stderr : this.stdout).write(`${text}\n`);
  }

  /** Writes text beside the result: progress and warnings. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** Writes the document that scripts rely on, if `--json` is given. */
  document(value: object): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Whether a line of progress can be redrawn. */
  get live(): boolean {
    // Without its width, a terminal's lines cannot be redrawn.
    const drawable = process.stdout.isTTY && (process.stdout.columns ?? 0) > 0;
    return !this.json && drawable && process.env.CI === undefined;
  }
}

/** Wrong usage, exit code 2. The message says what is wrong and what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
