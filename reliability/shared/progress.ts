import { Output } from '../../cli/shared/output';
import { startSpinner } from '../../cli/shared/spinner';

/** Where progress cannot be drawn over itself, every so many get a line. */
const NOTED = 25;

/** What a tool says while it works: a line that changes on a terminal, a line now and then elsewhere. */
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

  /** Says how many there are, once that is known. */
  expect(total: number): void {
    this.total = total;
  }

  /** One more is done. @param trouble what is said of it at once, on a line of its own */
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
