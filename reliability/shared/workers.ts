import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** Why an item has no result. */
export interface Failure<Note> {
  readonly reason: string;
  /** What its worker said last about it. */
  readonly note?: Note;
  /** Whether the worker's process ended, rather than saying that it could not. */
  readonly ended: boolean;
}

export type Outcome<Item, Result, Note = never> =
  { readonly item: Item; readonly result: Result } | { readonly item: Item; readonly failure: Failure<Note> };

/** What the processes say to each other. */
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
  /** The module of the workers: it calls `serveItems`. */
  readonly module: string;
  /** What each worker is opened with; JSON, as items and results are. */
  readonly order: Order;
  readonly workers: number;
  /** Items that one worker carries out at the same time. Default 1. */
  readonly lanes?: number;
  /** A worker that says nothing for so long is ended. Default: longer than any item takes, however busy the machine is. */
  readonly silenceMilliseconds?: number;
  /** Whether an item that has no result is tried once more, by a new worker. Default: it is. */
  readonly isTriedAgain?: (failure: Failure<Note>) => boolean;
  readonly onNote?: (item: Item, note: Note) => void;
  readonly onOutcome?: (outcome: Outcome<Item, Result, Note>) => void;
}

const SILENCE_MILLISECONDS = 15 * 60_000;
/** A worker that has closed everything ends by itself; one that does not is ended. */
const CLOSING_MILLISECONDS = 30_000;

interface Waiting<Item> {
  readonly item: Item;
  readonly isSecondTry: boolean;
}

/**
 * Carries items out by processes of their own, each of which takes the next item when it is done with one. What ends or
 * blocks a process costs its items a second try, and a new process goes on with the others.
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

/** One worker after the other, until nothing waits. */
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
  /** Set once something went wrong: it takes nothing more, so that what comes after has a new process. */
  private isBad = false;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly waiting: Waiting<Item>[],
    private readonly settle: (taken: Waiting<Item>, outcome: Outcome<Item, Result, Note>) => void,
    private readonly options: WorkersOptions<Order, Item, Result, Note>,
  ) {
    this.child = fork(options.module, [], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
  }

  /** Ends with the process. */
  async run(): Promise<void> {
    const exit = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.child.on('message', (message: FromWorker<Result, Note>) => this.receive(message));
    this.listen();
    this.send({ kind: 'open', order: this.options.order });
    const [code, signal] = await exit;
    clearTimeout(this.silence);
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    if (this.next === 0 && this.waiting.length > 0) {
      // It did not even open: whoever is next in line pays for it, so that a worker that never opens comes to an end.
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
    if (message.kind === 'result') this.settle(entry.taken, { item, result: message.result });
    else {
      this.isBad = true;
      const failure = { reason: message.reason, note: entry.note, ended: false };
      this.settle(entry.taken, { item, failure });
    }
    this.give();
  }

  /** Gives it the next item; where there is none, and none is under way, it may close. */
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
    // A process that has ended is noticed by its exit.
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
