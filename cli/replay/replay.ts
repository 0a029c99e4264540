import type { Dataset } from '../../core/dataset';
import { RECORD_BYTES } from '../delivery/batches';
import { sendEvents } from '../delivery/send-events';
import type { LakeFileSource } from '../inspect/lake-file';
import { keptEvents } from '../refused/kept-event';
import { openObjects, UnreadableObject, type OpenObject } from '../refused/open-objects';
import type { Connection } from '../shared/connection';
import type { ArrivingLine } from '../trips/arrival';
import type { ReplayCounts } from './document';
import type { Memory } from './memory';
import { Selection, type ReplayCount } from './selection';
import { Sending } from './sending';
import type { ReplayOptions } from './usage';

/** Reads error objects in order, sends the chosen events, remembers them, and counts all of it. */
export class Replay {
  private readonly selection: Selection;
  private readonly sending: Sending;
  private readonly oversize: { path: string; line: number; bytes: number }[] = [];
  private readonly problems: { path: string; problem: string }[] = [];
  private objects = 0;
  private records = 0;
  private unreadable = 0;

  /** @param signal ends it after the events that are being sent. */
  constructor(
    private readonly dataset: Dataset,
    private readonly memory: Memory,
    private readonly options: ReplayOptions,
    private readonly signal: AbortSignal,
    private readonly onProgress: (objects: number, sent: number) => void,
  ) {
    this.selection = new Selection(dataset.name, options);
    this.sending = new Sending(memory);
  }

  /** @returns the error that ended it before all was sent; undefined if nothing did. */
  async run(connection: Connection, files: readonly LakeFileSource[]): Promise<Error | undefined> {
    try {
      const events = this.chosen(files);
      if (this.options.dryRun) while (!(await events.next()).done) continue;
      else
        await sendEvents(connection, this.dataset, events, {
          onAccepted: (events) => {
            this.sending.onAccepted(events);
            this.onProgress(this.objects, this.sending.accepted);
          },
        });
      return undefined;
    } catch (error) {
      return error as Error;
    } finally {
      await this.sending.finish();
    }
  }

  counts(): ReplayCounts {
    const reasons = this.selection.list();
    const sum = (of: (count: ReplayCount) => number) => reasons.reduce((total, each) => total + of(each), 0);
    const chosen = sum((each) => each.chosen);
    const sent = this.sending.accepted;
    return {
      ...{ objects: this.objects, records: this.records, events: sum(({ events }) => events) },
      repeated: sum(({ repeated }) => repeated),
      sent_before: sum((each) => each.sent_before),
      left: sum((each) => each.still_refused + each.of_other_reasons),
      ...{ chosen, sent, failed: this.options.dryRun ? 0 : chosen - sent, reasons },
      ...{ unreadable: this.unreadable, oversize: this.oversize, problems: this.problems },
    };
  }

  private async *chosen(files: readonly LakeFileSource[]): AsyncGenerator<ArrivingLine> {
    for await (const object of openObjects(files)) {
      try {
        yield* this.chosenOf(object);
      } catch (error) {
        if (!(error instanceof UnreadableObject)) throw error;
        this.problems.push({ path: object.file.name, problem: error.message });
      }
      if (this.signal.aborted) return;
      this.sending.end();
      this.objects += 1;
      this.onProgress(this.objects, this.sending.accepted);
    }
  }

  private async *chosenOf({ file, lines }: OpenObject): AsyncGenerator<ArrivingLine> {
    const before = await this.memory.sentOf(file);
    this.sending.begin(file, before);
    for await (const { line, record } of lines()) {
      if (this.signal.aborted) return;
      if (!record) {
        this.unreadable += 1;
        continue;
      }
      this.records += 1;
      for (const event of keptEvents(record, this.dataset)) {
        const { data } = event;
        const { verdict, id, isChosen } = this.selection.judge(event, before);
        if (data.length > RECORD_BYTES) {
          if (verdict === 'send') this.oversize.push({ path: file.name, line, bytes: data.length });
        } else if (verdict === 'send') {
          this.sending.send(data, id);
          yield { line, bytes: data.length, data };
        } else if (isChosen) this.sending.repeat(id);
      }
    }
  }
}
