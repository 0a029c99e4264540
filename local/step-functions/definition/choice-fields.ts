import { operators, operatorsOf, presence } from '../interpreter/choice-rules';
import type { Json } from '../json';
import { checkPath, checkTemplate, checkVariableNames, type Path, type Report } from './expressions';
import type { ChoiceState, Condition } from './language';

/** Checks the rules of a Choice: each has one operator with a valid operand. */
export function checkChoices(state: ChoiceState, report: Report): void {
  state.Choices.forEach((rule, position) => {
    const at = ['Choices', position];
    checkCondition(rule, at, report);
    if (rule.Assign) checkTemplate(rule.Assign, [...at, 'Assign'], report);
    checkVariableNames(rule.Assign, [...at, 'Assign'], report);
  });
}

function checkCondition(condition: Condition, at: Path, report: Report): void {
  const names = operatorsOf(condition);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    report(`A Choice Rule must have exactly one operator, not [${names.join(', ')}]`, at);
    return;
  }
  if (name === 'And' || name === 'Or') {
    condition[name]?.forEach((part, position) => checkInner(part, [...at, name, position], report));
  } else if (name === 'Not') {
    if (condition.Not) checkInner(condition.Not, [...at, name], report);
  } else {
    checkComparison(name, condition, at, report);
  }
}

function checkInner(condition: Condition, at: Path, report: Report): void {
  for (const name of ['Next', 'Assign']) {
    if (condition[name] !== undefined) report(`Field '${name}' is not supported`, at);
  }
  checkCondition(condition, at, report);
}

function checkComparison(name: string, condition: Condition, at: Path, report: Report): void {
  const operand = condition[name] as Json;
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (condition.Variable === undefined) report('These fields are required: [Variable]', at);
  else checkPath(condition.Variable, [...at, 'Variable'], report);
  if (name === presence) {
    if (typeof operand !== 'boolean') report(`${JSON.stringify(operand)} is not a boolean`, [...at, name]);
  } else if (!operator) {
    report(`Field '${name}' is not supported`, at);
  } else if (!operator.accepts(operand)) {
    report(`${JSON.stringify(operand)} is not a value that ${name} takes`, [...at, name]);
  } else if (operator.takesPath) {
    checkPath(operand as string, [...at, name], report);
  }
}
