/** Carries the cases out, target after target up to the first that is wrong: see run.ts. */
import { checkTarget } from './check-target';
import type { WorkerMessage, WorkerOrder } from './run';
import { Surroundings } from './surroundings';
import { targetOf } from './targets';

function say(message: WorkerMessage): void {
  process.send?.(message);
}

async function main(): Promise<void> {
  const { shares, ...options } = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
  const surroundings = await Surroundings.start();
  try {
    for (const [target, cases] of shares) {
      const onCase = (json: string, number: number) => say({ kind: 'case', target, json, number });
      const result = await checkTarget(target, targetOf(target), surroundings, { ...options, cases, onCase });
      say({ kind: 'result', result });
      if (result.wrong) return;
    }
  } finally {
    await surroundings.remove();
  }
}

main().then(
  () => process.disconnect(),
  (error: unknown) => {
    process.stderr.write(`${String((error as Error).stack ?? error)}\n`);
    process.exit(1);
  },
);
