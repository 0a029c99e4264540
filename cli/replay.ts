import { oneLine } from '../core/one-line';
import { isRefusedKey } from './delivery/refused-key';
import type { ReplayDocument } from './replay/document';
import { findObjects } from './replay/find-objects';
import { Memory } from './replay/memory';
import { ReplayProgress } from './replay/progress';
import { Replay } from './replay/replay';
import { replayText } from './replay/text';
import { checkReplay, type ReplayOptions } from './replay/usage';
import { isTwin, type Connection } from './shared/connection';
import type { Output } from './shared/output';

/**
 * Sends the refused events of a place that the dataset file accepts now.
 * @param signal ends it after the events that are being sent.
 * @returns the exit code: 1 if events could not be read or sent.
 * @throws UsageError
 */
export async function runReplay(
  connection: Connection,
  output: Output,
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<number> {
  const place = checkReplay(connection.datasets, options);
  const { dataset, files, others, ...found } = await findObjects(connection, place, options);
  const stream = connection.streamOf(dataset);
  const isDry = options.dryRun ?? false;
  const memory = await Memory.open(connection, { dataset, ...found }, isDry, ({ name, message }) =>
    output.note(
      `What was sent cannot be looked up or remembered: ${name}: ${oneLine(message)}\nThat is harmless: events that are sent again are loaded once.`,
    ),
  );
  const progress = new ReplayProgress(output, files.length);
  const replay = new Replay(dataset, memory, options, signal, (...counts) => progress.show(...counts));
  const error = await replay.run(connection, files).finally(() => progress.stop());
  const counts = replay.counts();
  const written = isTwin(connection) && counts.sent > 0 ? await connection.deliver(dataset) : [];

  const objects = written.map(({ key, records }) => ({ key, records }));
  const document: ReplayDocument = {
    ...{ dataset: dataset.name, stream, place: options.what, dry_run: isDry },
    ...{ objects_found: files.length, other_objects: others, ...counts },
    objects_written: objects.filter(({ key }) => !isRefusedKey(key)),
    error_objects: objects.filter(({ key }) => isRefusedKey(key)),
    interrupted: signal.aborted,
    error: error === undefined ? null : { name: error.name, message: error.message },
  };
  output.document(document);
  output.say(replayText(document, connection, dataset, options));
  const isWhole = counts.failed + counts.unreadable + counts.problems.length === 0;
  return isWhole && error === undefined && !signal.aborted ? 0 : 1;
}
