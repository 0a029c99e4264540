import type { Output } from '../shared/output';
import { startSpinner, type Spinner } from '../shared/spinner';
import { plural } from '../shared/text';

/** Milliseconds between two lines if the output is no terminal. */
const LINE_EVERY = 15_000;

/** Shows how far a replay is: on a line of the terminal, else with a line now and then. */
export class ReplayProgress {
  private readonly spinner: Spinner | undefined;
  private shown = performance.now();

  constructor(
    private readonly output: Output,
    private readonly objects: number,
  ) {
    this.spinner = startSpinner(output, 'Reading refused events');
  }

  show(read: number, sent: number): void {
    const now = performance.now();
    if (!this.spinner && now - this.shown < LINE_EVERY) return;
    this.shown = now;
    const ofSent = sent > 0 ? `, ${plural(sent, 'event')} sent` : '';
    const text = `${read.toLocaleString('en')} of ${plural(this.objects, 'object')} read${ofSent}`;
    if (this.spinner) this.spinner.show(text);
    else this.output.note(text);
  }

  stop(): void {
    this.spinner?.stop();
  }
}
