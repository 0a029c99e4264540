import { once } from 'node:events';
import { findRunningTwin } from '../local/running-twin';
import { UsageError, type Output } from './shared/output';
import { startShown } from './shared/start-twin';

export interface LocalOptions {
  readonly stateDirectory: string;
  readonly port: number;
}

/** Runs the twin in the foreground until Ctrl-C. @returns the exit code. */
export async function runLocal(output: Output, { stateDirectory, port }: LocalOptions): Promise<number> {
  const running = await findRunningTwin(stateDirectory);
  if (running) {
    throw new UsageError(
      `A twin is already running on ${stateDirectory}, at ${running.endpoint}. Stop it first, or name another --state-dir.`,
    );
  }
  const twin = await startShown(output, { stateDirectory, port });
  const { description } = twin;
  output.document(description);
  if (!output.json) {
    for (const [name, value] of Object.entries(description.env)) output.say(`export ${name}=${value}`);
    output.say();
    output.say(`bucket         ${description.bucket}`);
    for (const [dataset, stream] of Object.entries(description.streams))
      output.say(`stream         ${stream} (dataset ${dataset})`);
    output.say(`state machine  ${description.state_machine_arn}`);
    output.say(`workgroup      ${description.workgroup}, database ${description.database}`);
    output.say(`notifications  ${twin.inboxPath}`);
    output.say();
    output.say('Running. Ctrl-C stops the twin and keeps its state.');
  }
  await Promise.race(SIGNALS.map((signal) => once(process, signal)));
  endAnyway(output);
  await twin.close();
  output.note('Stopped.');
  return 0;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long the twin may take to close, in milliseconds. */
const CLOSING_MS = 10_000;

/** Ends the process at a second signal, or if the twin does not close. The state on disk is then as after a kill. */
function endAnyway(output: Output): void {
  const end = () => {
    output.note('The twin did not close in time. It ends now, and its next start repairs its state.');
    process.exit(1);
  };
  setTimeout(end, CLOSING_MS).unref();
  for (const signal of SIGNALS) process.once(signal, end);
}
