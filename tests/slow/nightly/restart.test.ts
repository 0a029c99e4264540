import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadDocument } from '../../../cli/load/document';
import { startLoad } from '../../../cli/load/follow';
import { connectionTo } from '../../../cli/shared/connect';
import type { TwinConnection } from '../../../cli/shared/connection';
import { query, type QueryResult } from '../../../cli/shared/query';
import { SILENT } from '../../../cli/shared/silent-output';
import { prefixOfHour } from '../../../core/prefix';
import { asWritten } from '../../../core/sql';
import type { TwinDescription } from '../../../local/description';
import type { FaultRule } from '../../../local/faults/fault-rule';
import { packageCheckout } from '../../../testkit/packages';
import { parquetOf, tripsSelect, type Trip } from '../../../testkit/parquet';
import { ROOT } from '../../../testkit/root';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { TestTwin } from '../../../testkit/test-twin';
import { untilPicked } from '../../../testkit/until-picked';

const MERGE = '^LOCK ';
/** Longer than any test: only a stop or a kill ends such a statement. */
const NEVER_ENDING: FaultRule = {
  service: 'redshift-data',
  operation: 'statement',
  match: 'FORMAT AS PARQUET',
  fault: { type: 'delay', ms: 600_000 },
};

async function start(connection: TwinConnection, partition: string): Promise<string> {
  const { stateMachineArn, stepFunctions } = connection;
  const input = JSON.stringify({ partition });
  const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input }));
  return executionArn ?? '';
}

describe('a twin that is stopped and restarted', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await TestTwin.start();
  });
  afterAll(() => twin.remove());

  async function restart(): Promise<void> {
    const { stateDirectory } = twin;
    await twin.stop();
    twin = await TestTwin.start({ stateDirectory });
  }

  const HOUR = '2026-11-20T08';

  test('keeps its objects, tables, history and executions', async () => {
    const key = await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
    expect((await twin.load({ partition: HOUR })).status).toBe('SUCCEEDED');
    const known = async () => {
      const { s3, stepFunctions, bucket: Bucket, stateMachineArn } = twin.connection;
      const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
      const executionArn = executions[0]?.executionArn;
      return {
        object: await (
          await s3.send(new GetObjectCommand({ Bucket, Key: key }))
        ).Body?.transformToByteArray(),
        target: await twin.target(),
        history: await twin.history('*'),
        executions,
        execution: {
          ...(await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))),
          $metadata: 0,
        },
        events: (await stepFunctions.send(new GetExecutionHistoryCommand({ executionArn }))).events,
      };
    };
    const before = await known();
    expect(before.target).toHaveLength(2);
    expect(before.executions).toHaveLength(1);
    expect(before.events?.at(-1)?.type).toBe('ExecutionSucceeded');

    await restart();
    expect(await known()).toEqual(before);
  });

  test('ends running executions as ABORTED, and the same load is right afterwards', async () => {
    await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'c' }]);
    twin.twin.faults.set([NEVER_ENDING]);
    const executionArn = await start(twin.connection, HOUR);
    await untilPicked(twin.connection, 'CopyToStaging');

    await restart();

    const { stepFunctions } = twin.connection;
    const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    expect(described.status).toBe('ABORTED');
    const { events } = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    expect(events?.[0]).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { cause: expect.stringContaining('safe') as string },
    });
    expect((await twin.target()).map(([key]) => key)).toEqual(['a', 'b']);
    expect((await twin.load({ partition: HOUR })).status).toBe('SUCCEEDED');
    expect((await twin.target()).map(([key]) => key)).toEqual(['a', 'b', 'c']);
  });
});

/** `sluice local` in its own process, as a user runs it. */
class TwinProcess {
  private constructor(
    readonly connection: TwinConnection,
    readonly ended: Promise<unknown>,
    readonly kill: () => void,
  ) {}

  static async start(stateDirectory: string): Promise<TwinProcess> {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'cli/sluice.cjs'), 'local', '--json', '--state-dir', stateDirectory],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const ended = once(child, 'close');
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    let document = '';
    while (!document.endsWith('}\n')) {
      const chunk = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
      if (!chunk) throw new Error(`sluice local ended: ${errors}`);
      document += String(chunk[0]);
    }
    const description = JSON.parse(document) as TwinDescription;
    return new TwinProcess(
      connectionTo(description, () => Promise.resolve()),
      ended,
      () => child.kill('SIGKILL'),
    );
  }

  async setFaults(rules: readonly FaultRule[]): Promise<void> {
    const answer = await fetch(`${this.connection.endpoint}/_sluice/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
    expect(answer.ok).toBe(true);
  }

  async put(hour: string, rows: readonly Trip[]): Promise<void> {
    const { s3, bucket: Bucket } = this.connection;
    const Key = `${prefixOfHour('trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/', hour)}a.parquet`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: await parquetOf(tripsSelect(rows)) }));
  }

  load(partition: string): Promise<LoadDocument> {
    return startLoad(this.connection, SILENT, { partition });
  }

  sql(statement: string): Promise<QueryResult> {
    return query(this.connection, asWritten(statement));
  }

  /** Kills the process, and waits until it has ended. */
  async end(): Promise<void> {
    this.kill();
    await this.ended;
    await this.connection.close();
  }
}

describe('a twin that is killed in the middle of a load', () => {
  let stateDirectory: string;
  let twin: TwinProcess;
  beforeAll(async () => {
    stateDirectory = temporaryFolder('sluice-killed-');
    await packageCheckout();
    twin = await TwinProcess.start(stateDirectory);
    await twin.put('2026-11-20T07', [{ trip_id: 'a', total_amount: 7, updated_at: '2026-11-20 07:30:00' }]);
    expect((await twin.load('2026-11-20T07')).status).toBe('SUCCEEDED');
  });
  afterAll(async () => {
    await twin.end();
    rmSync(stateDirectory, { recursive: true, force: true });
  });

  const amounts = async () =>
    (await twin.sql('SELECT trip_id, total_amount FROM trips ORDER BY trip_id')).rows;
  const submittingMerge = {
    service: 'redshift-data',
    operation: 'BatchExecuteStatement',
    match: MERGE,
  } as const;

  test.each<[string, string, readonly FaultRule[], () => Promise<void>, merged: boolean]>([
    [
      'while the COPY runs',
      '2026-11-20T08',
      [NEVER_ENDING],
      async () => {
        await untilPicked(twin.connection, 'CopyToStaging');
        twin.kill();
      },
      false,
    ],
    [
      'as the merge is submitted',
      '2026-11-20T09',
      [{ ...submittingMerge, fault: { type: 'crash' } }],
      () => Promise.resolve(),
      false,
    ],
    [
      // The client repeats its request, because it got no answer.
      'after the merge is committed and before its answer arrives',
      '2026-11-20T10',
      [
        { ...submittingMerge, fault: { type: 'drop', when: 'after' } },
        { ...submittingMerge, nth: 2, fault: { type: 'crash' } },
      ],
      () => Promise.resolve(),
      true,
    ],
  ])(
    '%s: the execution is ABORTED, and the same load is right afterwards',
    async (_, hour, rules, kill, merged) => {
      const before = await amounts();
      const amount = Number(hour.slice(-2));
      const after = [['a', `${amount}.00`], ...before.slice(1), [`trip-${hour}`, `${amount}.00`]];
      const version = `${hour.replace('T', ' ')}:30:00`;
      await twin.put(
        hour,
        ['a', `trip-${hour}`, `trip-${hour}`].map((trip_id) => ({
          trip_id,
          total_amount: amount,
          updated_at: version,
        })),
      );
      await twin.setFaults(rules);
      const executionArn = await start(twin.connection, hour);
      await kill();
      await twin.ended;
      await twin.end();

      twin = await TwinProcess.start(stateDirectory);

      const { stepFunctions } = twin.connection;
      const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      expect(described.status).toBe('ABORTED');
      // The merge is whole or absent.
      expect(await amounts()).toEqual(merged ? after : before);
      expect(await twin.load(hour)).toMatchObject({
        status: 'SUCCEEDED',
        partitions: [
          { rows_in_files: 3, staged: 3, duplicates: 1, superseded: 0, deleted: merged ? 2 : 1, inserted: 2 },
        ],
      });
      expect(await amounts()).toEqual(after);
      const history = await twin.sql(`SELECT outcome FROM sluice.load_history WHERE partition = '${hour}'`);
      expect(history.rows).toEqual(merged ? [['loaded'], ['loaded']] : [['loaded']]);
    },
  );
});
