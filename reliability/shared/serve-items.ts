import type { FromWorker, ToWorker } from './workers';

/** An open worker, which runs items. */
export interface ItemServer<Item, Result, Note> {
  /** @param say sends the parent a note on the progress. @throws if the item could not be carried out */
  carryOut(item: Item, say: (note: Note) => void): Promise<Result>;
  close(): Promise<void>;
}

/** The message alone says why an item has no result: its stack says nothing more. */
export class NotCarriedOut extends Error {}

/** The body of a worker: it opens, runs the items that it receives, closes, and ends. */
export function serveItems<Order, Item, Result, Note = never>(
  open: (order: Order) => Promise<ItemServer<Item, Result, Note>>,
): void {
  let server: ItemServer<Item, Result, Note> | undefined;
  const say = (message: FromWorker<Result, Note>) => void process.send?.(message);
  const receive = async (message: ToWorker<Order, Item>): Promise<void> => {
    switch (message.kind) {
      case 'open':
        server = await open(message.order);
        say({ kind: 'open' });
        return;
      case 'close':
        await server?.close();
        // An open connection keeps the process alive.
        return process.exit(0);
      case 'item':
        return carryOut(message.index, message.item);
    }
  };
  const carryOut = async (index: number, item: Item): Promise<void> => {
    try {
      const result = await server!.carryOut(item, (note) => say({ kind: 'note', index, note }));
      say({ kind: 'result', index, result });
    } catch (error) {
      const reason = error instanceof NotCarriedOut ? error.message : String((error as Error).stack ?? error);
      say({ kind: 'failure', index, reason });
    }
  };
  process.on('message', (message: ToWorker<Order, Item>) => {
    receive(message).catch((error: unknown) => {
      process.stderr.write(`${String((error as Error).stack ?? error)}\n`);
      process.exit(1);
    });
  });
  // A worker without its parent must end itself.
  process.on('disconnect', () => process.exit(1));
}
