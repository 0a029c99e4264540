import { SqlError } from '../sql/errors';
import type { AccessMode } from '../sql/scope';
import { Cancelled } from './connection';

/** A transaction that holds locks. */
export type Owner = object;

interface Waiter {
  readonly owner: Owner;
  readonly mode: AccessMode;
  readonly grant: () => void;
}

interface Lock {
  readonly holders: Map<Owner, AccessMode>;
  readonly queue: Waiter[];
}

/**
 * Table locks, held until the transaction ends. LOCK, DROP, ALTER and TRUNCATE exclude all others, as ACCESS EXCLUSIVE
 * does in Redshift. Other statements share. Writers of one table do not wait for each other: the engine detects their
 * conflict, and the later one fails with 1023.
 */
export class TableLocks {
  private readonly locks = new Map<string, Lock>();

  /**
   * Waits for the lock, in order of arrival.
   * @throws SqlError `deadlock detected` if waiting would close a cycle; Cancelled
   */
  async acquire(table: string, mode: AccessMode, owner: Owner, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new Cancelled();
    const lock = this.lockOf(table);
    const held = lock.holders.get(owner);
    if (held === 'exclusive' || held === mode) return;
    const mayPass = held !== undefined || lock.queue.length === 0;
    if (mayPass && isFree(lock, mode, owner)) {
      lock.holders.set(owner, mode);
      return;
    }
    if (this.wouldDeadlock(table, owner)) throw new SqlError('ERROR: deadlock detected');
    await this.wait(lock, mode, owner, signal);
  }

  /** Releases all locks of a transaction. */
  release(owner: Owner): void {
    for (const [table, lock] of this.locks) {
      if (lock.holders.delete(owner)) grantNext(lock);
      if (lock.holders.size === 0 && lock.queue.length === 0) this.locks.delete(table);
    }
  }

  private lockOf(table: string): Lock {
    const existing = this.locks.get(table);
    if (existing !== undefined) return existing;
    const created: Lock = { holders: new Map(), queue: [] };
    this.locks.set(table, created);
    return created;
  }

  private wait(lock: Lock, mode: AccessMode, owner: Owner, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        lock.queue.splice(lock.queue.indexOf(waiter), 1);
        grantNext(lock);
        reject(new Cancelled());
      };
      const waiter: Waiter = {
        owner,
        mode,
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      // A transaction that already shares the table goes first: no other can lock it exclusively before.
      if (lock.holders.has(owner)) lock.queue.unshift(waiter);
      else lock.queue.push(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Whether a chain of waiting transactions leads from the table's holders back to the owner. */
  private wouldDeadlock(table: string, owner: Owner): boolean {
    const seen = new Set<Owner>();
    const blockers = [...this.blockersOn(table, owner)];
    for (let blocker = blockers.pop(); blocker !== undefined; blocker = blockers.pop()) {
      if (blocker === owner) return true;
      if (seen.has(blocker)) continue;
      seen.add(blocker);
      for (const [waitedFor, lock] of this.locks) {
        if (lock.queue.some((waiter) => waiter.owner === blocker)) {
          blockers.push(...this.blockersOn(waitedFor, blocker));
        }
      }
    }
    return false;
  }

  /** The transactions that an owner waits for at a table: its holders and the earlier waiters. */
  private blockersOn(table: string, owner: Owner): Owner[] {
    const lock = this.locks.get(table);
    if (lock === undefined) return [];
    const position = lock.queue.findIndex((waiter) => waiter.owner === owner);
    const queue = position < 0 ? lock.queue : lock.queue.slice(0, position);
    const ahead = lock.holders.has(owner) ? [] : queue;
    return [...lock.holders.keys(), ...ahead.map((waiter) => waiter.owner)].filter(
      (other) => other !== owner,
    );
  }
}

function isFree(lock: Lock, mode: AccessMode, owner: Owner): boolean {
  const others = [...lock.holders].filter(([holder]) => holder !== owner);
  return mode === 'exclusive' ? others.length === 0 : others.every(([, held]) => held === 'shared');
}

function grantNext(lock: Lock): void {
  for (let next = lock.queue[0]; next !== undefined; next = lock.queue[0]) {
    if (!isFree(lock, next.mode, next.owner)) return;
    lock.queue.shift();
    lock.holders.set(next.owner, next.mode);
    next.grant();
  }
}
