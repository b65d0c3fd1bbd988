import ts from 'typescript';

/** What takes a test out of the run, or turns its result around. */
const NOT_RUN = new Set(['skip', 'todo', 'fails', 'skipIf', 'runIf']);

/**
 * The titles of the tests in the source text of a test file, and the first cells of the rows of their tables: of those
 * that run, by what stands in the text.
 */
export function titlesOf(source: string): ReadonlySet<string> {
  const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true);
  const tables = variablesOf(file);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { names, table } = calleeOf(node.expression);
      const [name = ''] = names;
      const isSuite = name === 'describe' || name === 'suite';
      const isTest = name === 'it' || name === 'test';
      if ((isSuite || isTest) && names.some((each) => NOT_RUN.has(each))) return;
      const [title] = node.arguments;
      if (isTest && title !== undefined && ts.isStringLiteralLike(title) && node.arguments.length > 1) {
        // A title that is nothing but a place for a cell names no test.
        if (!/^[%$]\w+$/.test(title.text)) titles.add(title.text);
        if (table !== null) addFirstCells(table, tables, titles);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

/** `it.skip.each(table)` is `it`, `skip`, `each`, and the table. No names: the call is of something else. */
function calleeOf(callee: ts.Expression): { names: string[]; table: ts.Expression | null } {
  const names: string[] = [];
  let table: ts.Expression | null = null;
  let at = callee;
  for (;;) {
    if (ts.isPropertyAccessExpression(at)) {
      names.unshift(at.name.text);
      at = at.expression;
    } else if (ts.isCallExpression(at)) {
      table = at.arguments[0] ?? null;
      at = at.expression;
    } else return { names: ts.isIdentifier(at) ? [at.text, ...names] : [], table };
  }
}

/** What the variables of a file hold. */
function variablesOf(file: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  const variables = new Map<string, ts.Expression>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      variables.set(node.name.text, node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return variables;
}

/** The rows of a table are arrays in an array, there or in what it is made of. */
function addFirstCells(
  table: ts.Expression,
  variables: ReadonlyMap<string, ts.Expression>,
  titles: Set<string>,
): void {
  const seen = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isArrayLiteralExpression(node) && ts.isArrayLiteralExpression(node.parent)) {
      const [first] = node.elements;
      if (first !== undefined && ts.isStringLiteralLike(first)) titles.add(first.text);
      return;
    }
    const known = ts.isIdentifier(node) && !seen.has(node.text) ? variables.get(node.text) : undefined;
    if (ts.isIdentifier(node) && known !== undefined) {
      seen.add(node.text);
      visit(known);
    }
    ts.forEachChild(node, visit);
  };
  visit(table);
}
