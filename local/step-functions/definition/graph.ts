import { type Diagnostic, locationOf } from './diagnostics';
import type { ItemProcessor, State, States, Workflow } from './language';

type Path = readonly PropertyKey[];

/** The workflows inside a state, with their paths. */
function innerWorkflows(state: State, path: Path): [ItemProcessor | Workflow, Path][] {
  if (state.Type === 'Parallel') {
    return state.Branches.map((branch, position) => [branch, [...path, 'Branches', position]]);
  }
  if (state.Type !== 'Map') return [];
  const name = state.ItemProcessor ? 'ItemProcessor' : 'Iterator';
  const processor = state[name];
  return processor ? [[processor, [...path, name]]] : [];
}

/** All states of a workflow and of the workflows inside it, with their paths. */
export function allStates(workflow: Workflow, path: Path = []): [name: string, State, Path][] {
  return Object.entries(workflow.States).flatMap(([name, state]): [string, State, Path][] => {
    const at = [...path, 'States', name];
    return [
      [name, state, at],
      ...innerWorkflows(state, at).flatMap(([inner, where]) => allStates(inner, where)),
    ];
  });
}

/** The workflows that lie a number of levels inside a workflow. */
export function workflowsAt(workflow: Workflow, level: number): Workflow[] {
  if (level === 0) return [workflow];
  return Object.values(workflow.States).flatMap((state) =>
    innerWorkflows(state, []).flatMap(([inner]) => workflowsAt(inner, level - 1)),
  );
}

/** The next states of a state, with the path of the field that names each. */
function transitions(state: State): [target: string, Path][] {
  const found: [string | undefined, Path][] = [];
  if ('Next' in state) found.push([state.Next, ['Next']]);
  if (state.Type === 'Choice') {
    state.Choices.forEach((rule, position) => found.push([rule.Next, ['Choices', position, 'Next']]));
    found.push([state.Default, ['Default']]);
  }
  if ('Catch' in state) {
    state.Catch?.forEach((catcher, position) => found.push([catcher.Next, ['Catch', position, 'Next']]));
  }
  return found.filter((transition): transition is [string, Path] => transition[0] !== undefined);
}

const isEnd = (state: State): boolean =>
  state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true);

/** Finds transitions to missing states, unreachable states, and workflows without an end. */
export function checkGraph(workflow: Workflow, path: Path = []): Diagnostic[] {
  const { States: states, StartAt: start } = workflow;
  const missing = (target: string, at: Path): Diagnostic => ({
    code: 'MISSING_TRANSITION_TARGET',
    message: `Missing 'Next' target: ${target}`,
    location: locationOf([...path, ...at]),
  });
  const found: Diagnostic[] = Object.hasOwn(states, start) ? [] : [missing(start, ['StartAt'])];
  for (const [name, state] of Object.entries(states)) {
    for (const [target, field] of transitions(state)) {
      if (!Object.hasOwn(states, target)) found.push(missing(target, ['States', name, ...field]));
    }
  }
  const reached = reachable(states, start);
  for (const name of Object.keys(states)) {
    if (!reached.has(name)) {
      found.push({
        code: 'MISSING_TRANSITION_TARGET',
        message: `State "${name}" is not reachable.`,
        location: locationOf([...path, 'States', name]),
      });
    }
  }
  if (!Object.values(states).some(isEnd)) {
    found.push({ code: 'MISSING_END_STATE', message: 'Workflow has no terminal state', location: 'null' });
  }
  const inner = Object.entries(states).flatMap(([name, state]) =>
    innerWorkflows(state, [...path, 'States', name]).flatMap(([within, at]) => checkGraph(within, at)),
  );
  return [...found, ...inner];
}

function reachable(states: States, start: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [start];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name) || !Object.hasOwn(states, name)) continue;
    reached.add(name);
    pending.push(...transitions(states[name]!).map(([target]) => target));
  }
  return reached;
}

/** State names must be unique in the whole state machine, including branches and processors. */
export function checkNames(definition: Workflow): Diagnostic[] {
  const seen = new Set<string>();
  const found: Diagnostic[] = [];
  for (const [name, , path] of allStates(definition)) {
    if (seen.has(name)) {
      found.push({
        code: 'DUPLICATE_STATE_NAME',
        message: `Duplicate State name: ${name}`,
        location: locationOf(path),
      });
    }
    seen.add(name);
  }
  return found;
}
