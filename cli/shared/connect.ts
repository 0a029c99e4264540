import * as z from 'zod';
import type { Dataset } from '../../core/dataset';
import type { TwinDescription } from '../../local/description';
import { usage } from '../../local/metering/usage';
import { readDatasets } from '../../service/datasets';
import { clientsOf, destroy } from './clients';
import type { ClientSettings, TwinConnection } from './connection';
import { goingOn } from './going-on';
import { interruptible, type Interruption } from './interruption';
import type { Output } from './output';
import { SERVICE_DIRECTORY } from './service-directory';
import { streamNamed } from './stream-name';
import { twinOf } from './twin-of';

/**
 * Runs a command against the twin that runs on a state directory. If there is none, starts one for the duration of the
 * command. Ctrl-C ends the command and what it started.
 */
export async function withConnection<Result>(
  stateDirectory: string,
  output: Output,
  run: (connection: TwinConnection) => Promise<Result>,
  interruption?: Interruption,
): Promise<Result> {
  const { running, started } = await twinOf(stateDirectory, output);
  if (running) {
    const connection = connectionTo(running, async () => {});
    const goesOn = goingOn(connection, 'on the running twin');
    return interruptible(output, interruption ?? goesOn, () => run(connection));
  }

  const connection = connectionTo(started.description, () => started.close());
  try {
    const ends: Interruption = {
      message: 'Interrupted: stopping. Loaded partitions stay loaded; an unfinished one changes nothing.',
      ...interruption,
      stop: async () => {
        await interruption?.stop();
        await connection.close();
      },
    };
    return await interruptible(output, ends, () => run(connection));
  } finally {
    await connection.close();
  }
}

const delivered = z.array(z.object({ bucket: z.string(), key: z.string(), records: z.number() }));

/** Milliseconds between two requests for the state of an execution. */
const POLL_INTERVAL = 250;

/** Points the SDK's clients at a twin by its description. */
export function connectionTo(twin: TwinDescription, close: () => Promise<void>): TwinConnection {
  const settings: ClientSettings = {
    endpoint: twin.endpoint,
    region: twin.region,
    credentials: {
      accessKeyId: twin.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: twin.env.AWS_SECRET_ACCESS_KEY,
    },
  };
  const clients = clientsOf(settings, twin.statements_role_arn);
  const streamOf = (dataset: Dataset) => streamNamed(dataset, twin.streams[dataset.name]);
  return {
    ...clients,
    stage: twin.stage,
    endpoint: twin.endpoint,
    stateDirectory: twin.state_directory,
    region: twin.region,
    settings,
    bucket: twin.bucket,
    stateMachineArn: twin.state_machine_arn,
    workgroup: twin.workgroup,
    database: twin.database,
    secret: twin.secret,
    datasets: readDatasets(SERVICE_DIRECTORY),
    streamOf,
    pollInterval: POLL_INTERVAL,
    followed: new Set(),
    async deliver(dataset) {
      const answer = await fetch(`${twin.endpoint}/_sluice/deliver`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stream: streamOf(dataset) }),
      });
      if (!answer.ok) throw new Error(`Firehose could not deliver: ${await answer.text()}`);
      return delivered.parse(await answer.json());
    },
    async usage(since) {
      const query = since === undefined ? '' : `?since=${since.toISOString()}`;
      const answer = await fetch(`${twin.endpoint}/_sluice/usage${query}`);
      if (!answer.ok) throw new Error(`The twin cannot say what it used: ${await answer.text()}`);
      return usage.parse(await answer.json());
    },
    async close() {
      destroy(clients);
      await close();
    },
  };
}
