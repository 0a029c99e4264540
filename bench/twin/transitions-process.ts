import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNT_ID, REGION } from '../../local/deployment';
import { StepFunctionsService } from '../../local/step-functions';

export interface TransitionsOrder {
  readonly rounds: number;
  readonly executions: number;
}

export interface TransitionsResult {
  /** State transitions of a round. */
  readonly transitions: number;
  /** Seconds of each round. */
  readonly seconds: readonly number[];
}

const ITEMS = 500;
const STATES = ['First', 'Second', 'Third', 'Fourth', 'Fifth'];
const EXECUTIONS_AT_ONCE = 4;

/** The Map state, and for each of its items some states that only pass on what they get. */
const DEFINITION = JSON.stringify({
  StartAt: 'EachItem',
  States: {
    EachItem: {
      Type: 'Map',
      MaxConcurrency: 10,
      ItemsPath: '$.items',
      ItemProcessor: {
        StartAt: STATES[0],
        States: Object.fromEntries(
          STATES.map((name, index) => {
            const next = STATES[index + 1];
            return [name, { Type: 'Pass', ...(next === undefined ? { End: true } : { Next: next }) }];
          }),
        ),
      },
      End: true,
    },
  },
});

const nobody = () => Promise.reject(new Error('no state of this machine calls anybody'));

/** Runs executions that do nothing but go from state to state; the twin keeps their histories, as it always does. */
async function measure({ rounds, executions }: TransitionsOrder): Promise<TransitionsResult> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const service = new StepFunctionsService({
    ...{ directory, region: REGION, accountId: ACCOUNT_ID },
    ...{ lambda: { invoke: nobody }, integrations: { call: nobody } },
  });
  try {
    const roleArn = `arn:aws:iam::${ACCOUNT_ID}:role/bench`;
    const stateMachineArn = service.putStateMachine({ name: 'bench', definition: DEFINITION, roleArn });
    const input = JSON.stringify({ items: Array.from({ length: ITEMS }, (_, item) => item) });
    const runOne = async () => {
      const started = await service.call('StartExecution', { stateMachineArn, input }, {} as never);
      const ended = await service.waitFor((started as { executionArn: string }).executionArn);
      if (ended.status !== 'SUCCEEDED') throw new Error(`an execution is ${ended.status}`);
    };
    await runOne();
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const started = performance.now();
      let left = executions;
      const worker = async () => {
        while (left-- > 0) await runOne();
      };
      await Promise.all(Array.from({ length: EXECUTIONS_AT_ONCE }, worker));
      seconds.push((performance.now() - started) / 1_000);
    }
    return { transitions: executions * (1 + ITEMS * STATES.length), seconds };
  } finally {
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

void measure(JSON.parse(process.argv[2]!) as TransitionsOrder).then((result) => process.send?.(result));
