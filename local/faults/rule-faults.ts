import type { Fault, FaultInjector, FaultRule, ServiceName } from '../services';
import { isPossible, parseRules } from './rule-schema';

/** A rule with what it has met so far. */
export interface CountedRule extends FaultRule {
  /** Matching calls since the rule was set. */
  readonly seen: number;
  /** How many of them were hit. */
  readonly hit: number;
}

interface ActiveRule {
  readonly rule: FaultRule;
  readonly expression: RegExp | undefined;
  seen: number;
  hit: number;
}

/** Faults by rule: the n-th matching call, and so many after it, go wrong in the way that the rule says. */
export class RuleFaults implements FaultInjector {
  #active: readonly ActiveRule[] = [];

  /**
   * Replaces all rules; every count starts at nought.
   * @param rules `FaultRule[]`, checked here since it comes from outside
   * @throws ServiceError `ValidationException`; the rules before stay in force then
   */
  set(rules: unknown): void {
    this.#active = parseRules(rules).map((rule) => ({
      rule,
      expression: rule.match === undefined ? undefined : new RegExp(rule.match),
      seen: 0,
      hit: 0,
    }));
  }

  clear(): void {
    this.#active = [];
  }

  /** The rules in force, in order, with their counts. */
  rules(): readonly CountedRule[] {
    return this.#active.map(({ rule, seen, hit }) => ({ ...rule, seen, hit }));
  }

  take(service: ServiceName, operation: string, subject: string): Fault | undefined {
    let due: ActiveRule | undefined;
    for (const active of this.#active) {
      if (!matches(active, service, operation, subject)) continue;
      active.seen += 1;
      if (due === undefined && isDue(active)) due = active;
    }
    if (due !== undefined) due.hit += 1;
    return due?.rule.fault;
  }
}

function matches(
  { rule, expression }: ActiveRule,
  service: ServiceName,
  operation: string,
  subject: string,
): boolean {
  if (rule.service !== service) return false;
  if (rule.operation !== undefined && rule.operation !== operation) return false;
  // A rule for every operation of redshift-data is about its calls, not about the running of a statement.
  if (!isPossible(rule.fault.type, service, operation)) return false;
  return expression?.test(subject) ?? true;
}

function isDue({ rule: { nth = 1, times = 1 }, seen }: ActiveRule): boolean {
  return seen >= nth && seen < nth + times;
}
