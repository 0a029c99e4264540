import { join } from 'node:path';
import { carryOutAll, type Failure } from '../shared/workers';
import type { Checked, Counts } from './check-target';
import type { TargetResult } from './summary';
import { sharesOf, TARGET_NAMES, type TargetName } from './target-names';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  readonly only?: string;
  readonly path?: string;
  readonly workers: number;
}

/** A part of a target's cases. */
export interface CasesItem {
  readonly target: TargetName;
  readonly cases: number;
  readonly seed: number;
  /** As {@link CheckOptions.path}: the number of the first case. */
  readonly path: string;
}

/** The case that a worker starts, and the outcomes of those before it. */
export interface CaseNote {
  readonly json: string;
  /** The item's cases that ended before these counts began. */
  readonly done: number;
  readonly counts: Counts;
}

/** Few cases for each item, so that the workers end at about the same time. */
const CASES_OF_AN_ITEM = 25;
/** No case blocks a process for this long. */
const SILENCE_MILLISECONDS = 5 * 60_000;

/**
 * Runs the cases in worker processes. After a wrong case the others go on.
 * @returns the outcome of each target
 */
export async function runFuzz(
  { cases, seed, only, path, workers }: FuzzOptions,
  onProgress: (text: string, trouble?: string) => void,
): Promise<readonly TargetResult[]> {
  const targets = TARGET_NAMES.filter((name) => only === undefined || name === only);
  const parts: Checked[] = [];
  const notCarriedOut: (CasesItem & { readonly reason: string })[] = [];
  let items = itemsOf(path === undefined ? cases : 1, seed, path, targets);
  while (items.length > 0) {
    const rest: CasesItem[] = [];
    await carryOutAll<null, CasesItem, readonly Checked[], CaseNote>(items, {
      module: join(__dirname, 'worker.ts'),
      order: null,
      workers,
      silenceMilliseconds: SILENCE_MILLISECONDS,
      isTriedAgain: (failure) => !isFind(failure),
      onOutcome: (outcome) => {
        const { item } = outcome;
        const text = `${item.target}, cases ${item.path} to ${Number(item.path) + item.cases - 1}`;
        if ('result' in outcome) {
          parts.push(...outcome.result);
          onProgress(text, outcome.result.some(({ wrong }) => wrong) ? 'wrong' : undefined);
        } else if (isFind(outcome.failure)) {
          const { note, reason } = outcome.failure;
          parts.push(...find(item, note, reason));
          rest.push(...after(item, note));
          onProgress(text, reason);
        } else {
          notCarriedOut.push({ ...item, reason: outcome.failure.reason });
          onProgress(text, 'not carried out');
        }
      },
    });
    items = rest;
  }
  return targets.map((target) => ({
    target,
    parts: parts.filter((part) => part.target === target),
    notCarriedOut: notCarriedOut.filter((item) => item.target === target),
  }));
}

function itemsOf(
  cases: number,
  seed: number,
  path: string | undefined,
  targets: readonly TargetName[],
): CasesItem[] {
  return [...sharesOf(cases, targets)].flatMap(([target, share]) => {
    if (path !== undefined) return [{ target, seed, path, cases: 1 }];
    return Array.from({ length: Math.ceil(share / CASES_OF_AN_ITEM) }, (_, index) => ({
      target,
      seed,
      path: String(index * CASES_OF_AN_ITEM),
      cases: Math.min(CASES_OF_AN_ITEM, share - index * CASES_OF_AN_ITEM),
    }));
  });
}

/** True if a case ended its process. */
function isFind(failure: Failure<CaseNote>): failure is Failure<CaseNote> & { readonly note: CaseNote } {
  return failure.ended && failure.note !== undefined;
}

/** A process that ended. The last case that it started is the likely cause. */
function find({ target, path }: CasesItem, { json, done, counts }: CaseNote, reason: string): Checked[] {
  const number = Number(path) + done + counts.cases;
  return [
    {
      ...counts,
      target,
      cases: counts.cases + 1,
      wrong: { case: json, error: reason, path: String(number) },
    },
  ];
}

/** The cases after the one that ended the process. */
function after(item: CasesItem, { done, counts }: CaseNote): CasesItem[] {
  const over = done + counts.cases + 1;
  const left = item.cases - over;
  return left > 0 ? [{ ...item, cases: left, path: String(Number(item.path) + over) }] : [];
}
