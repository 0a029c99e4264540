import type { ServiceName } from '../service-name';
import type { CallingState } from './calling-state';
import type { Call, FaultInjector } from './fault-injector';
import type { Fault, FaultRule } from './fault-rule';
import { isPossible, parseRules } from './fault-rule';

/** A rule with its counts. */
export interface CountedRule extends FaultRule {
  /** Matching calls since the rule was set. */
  readonly seen: number;
  /** How many of them the rule hit. */
  readonly hit: number;
}

interface ActiveRule {
  readonly rule: FaultRule;
  readonly expression: RegExp | undefined;
  readonly input: RegExp | undefined;
  seen: number;
  hit: number;
}

/** Called with every call before any rule sees it. The call waits for the returned promise. */
export type CallObserver = (call: Call) => void | Promise<void>;

/** Injects faults by rule: the n-th matching call and the calls after it, as many as the rule says. */
export class RuleFaults implements FaultInjector {
  private active: readonly ActiveRule[] = [];
  private observer: CallObserver | undefined;

  /** Sets the observer of calls; undefined removes it. */
  observe(observer: CallObserver | undefined): void {
    this.observer = observer;
  }

  /**
   * Replaces all rules and resets every count.
   * @param rules `FaultRule[]`, checked here because it comes from outside.
   * @throws ServiceError `ValidationException`; the previous rules then stay in force.
   */
  set(rules: unknown): void {
    this.active = parseRules(rules).map((rule) => ({
      rule,
      expression: rule.match === undefined ? undefined : new RegExp(rule.match),
      input: rule.input === undefined ? undefined : new RegExp(rule.input),
      seen: 0,
      hit: 0,
    }));
  }

  clear(): void {
    this.active = [];
  }

  /** The active rules in order, with their counts. */
  rules(): readonly CountedRule[] {
    return this.active.map(({ rule, seen, hit }) => ({ ...rule, seen, hit }));
  }

  take(
    service: ServiceName,
    operation: string,
    subject: string,
    caller?: CallingState,
  ): Fault | undefined | Promise<Fault | undefined> {
    const call = { service, operation, subject, caller };
    const observed = this.observer?.(call);
    return observed === undefined ? this.due(call) : observed.then(() => this.due(call));
  }

  private due(call: Call): Fault | undefined {
    let due: ActiveRule | undefined;
    for (const active of this.active) {
      if (!matches(active, call)) continue;
      active.seen += 1;
      if (due === undefined && isDue(active)) due = active;
    }
    if (due !== undefined) due.hit += 1;
    return due?.rule.fault;
  }
}

function matches(
  { rule, expression, input }: ActiveRule,
  { service, operation, subject, caller }: Call,
): boolean {
  if (rule.service !== service) return false;
  if (rule.operation !== undefined && rule.operation !== operation) return false;
  // A rule without an operation matches redshift-data's API calls, not the running of a statement.
  if (!isPossible(rule.fault.type, service, operation)) return false;
  if (rule.state !== undefined && rule.state !== caller?.state) return false;
  if (input !== undefined && !input.test(caller?.input ?? '')) return false;
  return expression?.test(subject) ?? true;
}

function isDue({ rule: { nth = 1, times = 1 }, seen }: ActiveRule): boolean {
  return seen >= nth && seen < nth + times;
}
