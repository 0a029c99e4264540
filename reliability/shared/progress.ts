import { Output } from '../../cli/shared/output';
import { startSpinner } from '../../cli/shared/spinner';

/** Without a terminal, one in this many items gets a line. */
const NOTED = 25;

/** A tool's progress: one changing line on a terminal, and an occasional line elsewhere. */
export class Progress {
  private readonly output = new Output(false);
  private readonly spinner;
  private done = 0;

  constructor(
    first: string,
    private total = 0,
  ) {
    this.spinner = startSpinner(this.output, first);
  }

  show(text: string): void {
    this.spinner?.show(text);
  }

  /** Sets the total, once it is known. */
  expect(total: number): void {
    this.total = total;
  }

  /** Counts one item as done. @param trouble its problem, which is printed at once on a line of its own */
  count(text: string, trouble?: string): void {
    this.done += 1;
    const line = `${this.done}${this.total > 0 ? ` of ${this.total}` : ''}: ${text}`;
    if (trouble !== undefined) this.say(`${line}: ${trouble}`);
    else if (this.spinner) this.spinner.show(line);
    else if (this.done % NOTED === 0) this.output.note(line);
  }

  say(text: string): void {
    this.spinner?.stop();
    this.output.note(text);
  }

  end(): void {
    this.spinner?.stop();
  }
}
