import type { FromWorker, ToWorker } from './workers';

/** What a worker's module carries items out with, once it is opened. */
export interface ItemServer<Item, Result, Note> {
  /** @param say tells the parent how far it is. @throws where the item could not be carried out */
  carryOut(item: Item, say: (note: Note) => void): Promise<Result>;
  close(): Promise<void>;
}

/** The body of a worker: opens, carries out what it is given, closes, and ends. */
export function serveItems<Order, Item, Result, Note = never>(
  open: (order: Order) => Promise<ItemServer<Item, Result, Note>>,
): void {
  let server: ItemServer<Item, Result, Note> | undefined;
  const say = (message: FromWorker<Result, Note>) => void process.send?.(message);
  const receive = async (message: ToWorker<Order, Item>): Promise<void> => {
    switch (message.kind) {
      case 'open':
        server = await open(message.order);
        {
          say({ kind: 'open' });
          return;
        }
      case 'close':
        await server?.close();
        // A connection that is still open would keep the process.
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
      say({ kind: 'failure', index, reason: String((error as Error).stack ?? error) });
    }
  };
  process.on('message', (message: ToWorker<Order, Item>) => {
    receive(message).catch((error: unknown) => {
      process.stderr.write(`${String((error as Error).stack ?? error)}\n`);
      process.exit(1);
    });
  });
  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));
}
