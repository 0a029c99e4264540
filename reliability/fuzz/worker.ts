/** Carries the cases of one target out: see run.ts. */
import { checkTarget } from './check-target';
import type { WorkerMessage, WorkerOrder } from './run';
import { Surroundings } from './surroundings';
import { targetOf } from './targets';

function say(message: WorkerMessage): void {
  process.send?.(message);
}

async function main(): Promise<void> {
  const { target, ...options } = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
  const surroundings = await Surroundings.start();
  try {
    const onCase = (json: string, number: number) => say({ kind: 'case', json, number });
    const result = await checkTarget(target, targetOf(target), surroundings, { ...options, onCase });
    say({ kind: 'result', result });
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
