import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** Why an item has no result. */
export interface Failure<Note> {
  readonly reason: string;
  /** The worker's last note about the item. */
  readonly note?: Note;
  /** True if the worker's process ended; false if the worker reported a failure. */
  readonly ended: boolean;
}

export type Outcome<Item, Result, Note = never> =
  { readonly item: Item; readonly result: Result } | { readonly item: Item; readonly failure: Failure<Note> };

/** The messages between the parent and its workers. */
export type ToWorker<Order, Item> =
  | { readonly kind: 'open'; readonly order: Order }
  | { readonly kind: 'item'; readonly index: number; readonly item: Item }
  | { readonly kind: 'close' };
export type FromWorker<Result, Note> =
  | { readonly kind: 'open' }
  | { readonly kind: 'note'; readonly index: number; readonly note: Note }
  | { readonly kind: 'result'; readonly index: number; readonly result: Result }
  | { readonly kind: 'failure'; readonly index: number; readonly reason: string };

export interface WorkersOptions<Order, Item, Result, Note> {
  /** The module that each worker runs. It calls `serveItems`. */
  readonly module: string;
  /** The argument that opens each worker. It is JSON, as items and results are. */
  readonly order: Order;
  readonly workers: number;
  /** The number of items that one worker runs at the same time. Default 1. */
  readonly lanes?: number;
  /** A worker that sends nothing for this long is ended. Default: longer than any item takes on a busy machine. */
  readonly silenceMilliseconds?: number;
  /** If true, a new worker tries an item without a result once more. Default true. */
  readonly isTriedAgain?: (failure: Failure<Note>) => boolean;
  /** True if a result leaves its process unfit for further items. */
  readonly isSpent?: (result: Result) => boolean;
  readonly onNote?: (item: Item, note: Note) => void;
  readonly onOutcome?: (outcome: Outcome<Item, Result, Note>) => void;
}

const SILENCE_MILLISECONDS = 15 * 60_000;
/** A worker ends by itself once it has closed everything. After this time it is killed. */
const CLOSING_MILLISECONDS = 30_000;

interface Waiting<Item> {
  readonly item: Item;
  readonly isSecondTry: boolean;
}

/**
 * Runs items in worker processes. Each worker takes its next item when it finishes one. If a process dies or blocks,
 * its items are retried once, and a new process takes the other items.
 * @returns one outcome for each item, in the order of the items
 */
export async function carryOutAll<Order, Item, Result, Note = never>(
  items: readonly Item[],
  options: WorkersOptions<Order, Item, Result, Note>,
): Promise<readonly Outcome<Item, Result, Note>[]> {
  const waiting: Waiting<Item>[] = items.map((item) => ({ item, isSecondTry: false }));
  const outcomes = new Map<Item, Outcome<Item, Result, Note>>();
  const { lanes = 1, isTriedAgain = () => true, onOutcome } = options;
  const settle = ({ item, isSecondTry }: Waiting<Item>, outcome: Outcome<Item, Result, Note>) => {
    if ('failure' in outcome && !isSecondTry && isTriedAgain(outcome.failure)) {
      waiting.push({ item, isSecondTry: true });
      return;
    }
    outcomes.set(item, outcome);
    onOutcome?.(outcome);
  };
  const workers = Math.min(options.workers, Math.ceil(items.length / lanes));
  await Promise.all(Array.from({ length: workers }, () => work(waiting, settle, options)));
  return items.flatMap((item) => outcomes.get(item) ?? []);
}

/** Runs one worker after the other until no item waits. */
async function work<Order, Item, Result, Note>(
  waiting: Waiting<Item>[],
  settle: (taken: Waiting<Item>, outcome: Outcome<Item, Result, Note>) => void,
  options: WorkersOptions<Order, Item, Result, Note>,
): Promise<void> {
  while (waiting.length > 0) {
    const worker = new Worker(waiting, settle, options);
    await worker.run();
  }
}

class Worker<Order, Item, Result, Note> {
  private readonly child: ChildProcess;
  private readonly underWay = new Map<number, { readonly taken: Waiting<Item>; note?: Note }>();
  private next = 0;
  /** True after a failure, or after a result that makes the process unfit for more. Further items then run in a new process. */
  private isBad = false;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly waiting: Waiting<Item>[],
    private readonly settle: (taken: Waiting<Item>, outcome: Outcome<Item, Result, Note>) => void,
    private readonly options: WorkersOptions<Order, Item, Result, Note>,
  ) {
    this.child = fork(options.module, [], {
      execArgv: ['--import', 'tsx'],
    });
  }

  /** Resolves when the process ends. */
  async run(): Promise<void> {
    const exit = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.child.on('message', (message: FromWorker<Result, Note>) => this.receive(message));
    this.listen();
    this.send({ kind: 'open', order: this.options.order });
    const [code, signal] = await exit;
    clearTimeout(this.silence);
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    if (this.next === 0 && this.waiting.length > 0) {
      // The worker did not open. The next item is counted as failed, so that the retries end.
      this.take();
    }
    for (const { taken, note } of this.underWay.values()) {
      const failure = { reason: `its process ended ${how}`, note, ended: true };
      this.settle(taken, { item: taken.item, failure });
    }
  }

  private receive(message: FromWorker<Result, Note>): void {
    this.listen();
    if (message.kind === 'open') {
      for (let lane = 0; lane < (this.options.lanes ?? 1); lane += 1) this.give();
      return;
    }
    const entry = this.underWay.get(message.index);
    if (!entry) return;
    const { item } = entry.taken;
    if (message.kind === 'note') {
      entry.note = message.note;
      this.options.onNote?.(item, message.note);
      return;
    }
    this.underWay.delete(message.index);
    if (message.kind === 'result') {
      this.isBad ||= this.options.isSpent?.(message.result) ?? false;
      this.settle(entry.taken, { item, result: message.result });
    } else {
      this.isBad = true;
      const failure = { reason: message.reason, note: entry.note, ended: false };
      this.settle(entry.taken, { item, failure });
    }
    this.give();
  }

  /** Gives the worker its next item. If there is none, and none is in progress, it may close. */
  private give(): void {
    if (!this.isBad && this.waiting.length > 0) {
      const index = this.take();
      this.send({ kind: 'item', index, item: this.underWay.get(index)!.taken.item });
    } else if (this.underWay.size === 0) {
      this.send({ kind: 'close' });
      void this.endLate();
    }
  }

  private take(): number {
    const index = this.next;
    this.next += 1;
    this.underWay.set(index, { taken: this.waiting.shift()! });
    return index;
  }

  private send(message: ToWorker<Order, Item>): void {
    // The exit of the process reports this failure.
    if (this.child.connected) this.child.send(message, () => {});
  }

  private listen(): void {
    clearTimeout(this.silence);
    const { silenceMilliseconds = SILENCE_MILLISECONDS } = this.options;
    this.silence = setTimeout(() => this.child.kill('SIGKILL'), silenceMilliseconds);
  }

  private async endLate(): Promise<void> {
    await delay(CLOSING_MILLISECONDS, undefined, { ref: false });
    if (this.child.exitCode === null) this.child.kill('SIGKILL');
  }
}
