import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Record<string, string | Record<string, unknown>>;
}

/** What a package exports without a doc comment: `Socket`, or `Socket.end`, a member of it. */
export interface Undocumented {
  readonly package: string;
  readonly names: readonly string[];
}

/** Exports, and their members, of every published package that have no doc comment, by package. */
export function undocumented(root: string): readonly Undocumented[] {
  const packages = readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: manifestOf(folder) }))
    .filter(({ manifest }) => manifest.private !== true);
  const entries = packages.flatMap(({ folder, manifest }) => entriesOf(folder, manifest));
  const program = ts.createProgram(entries, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@halfclose/source'],
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    lib: ['lib.es2023.d.ts'],
  });
  const checker = program.getTypeChecker();
  return packages.map(({ folder, manifest }) => {
    const own = join(folder, 'src');
    const names = new Set<string>();
    for (const entry of entriesOf(folder, manifest)) {
      const file = program.getSourceFile(entry);
      const module = file && checker.getSymbolAtLocation(file);
      if (module === undefined) continue;
      for (const exported of checker.getExportsOfModule(module)) {
        for (const name of missingOf(exported, own, checker)) names.add(name);
      }
    }
    return { package: manifest.name, names: [...names].sort() };
  });
}

/** What of an export, itself and its members, has no doc comment. What is from another package is that one's. */
function missingOf(exported: ts.Symbol, own: string, checker: ts.TypeChecker): readonly string[] {
  const symbol =
    (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported);
  const declarations = (symbol.declarations ?? []).filter((each) => isOf(each, own));
  if (declarations.length === 0) return [];
  const missing = isDocumented(symbol, checker) ? [] : [exported.name];
  for (const declaration of declarations) {
    for (const member of membersOf(declaration)) {
      const name = member.name.getText();
      const memberSymbol = checker.getSymbolAtLocation(member.name);
      if (memberSymbol === undefined || isDocumented(memberSymbol, checker)) continue;
      if (!isTag(member, checker) && !inherits(member, checker)) missing.push(`${exported.name}.${name}`);
    }
  }
  return missing;
}

type NamedMember = (ts.ClassElement | ts.TypeElement) & { readonly name: ts.PropertyName };

/** Public members that are declared there, in a class, an interface or a literal type. */
function membersOf(declaration: ts.Declaration): readonly NamedMember[] {
  let members: readonly (ts.ClassElement | ts.TypeElement)[] = [];
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration))
    members = declaration.members;
  else if (ts.isTypeAliasDeclaration(declaration) && ts.isTypeLiteralNode(declaration.type))
    members = declaration.type.members;
  return members.filter((member): member is NamedMember => {
    if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return false;
    const flags = ts.getCombinedModifierFlags(member);
    return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
  });
}

/** Whether it has the comment of what it overrides or implements, which editors and documents show for it. */
function inherits(member: NamedMember, checker: ts.TypeChecker): boolean {
  const owner = member.parent;
  if (!ts.isClassDeclaration(owner) && !ts.isInterfaceDeclaration(owner)) return false;
  return (owner.heritageClauses ?? [])
    .flatMap(({ types }) => types)
    .some((type) => {
      const inherited = checker.getTypeAtLocation(type).getProperty(member.name.getText());
      return inherited !== undefined && isDocumented(inherited, checker);
    });
}

/** `kind: 'tcp'`: what tells one of several types from the others says all by itself. */
function isTag(member: NamedMember, checker: ts.TypeChecker): boolean {
  return checker.getTypeAtLocation(member).isStringLiteral();
}

function isDocumented(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getDocumentationComment(checker).length > 0;
}

function isOf(declaration: ts.Declaration, folder: string): boolean {
  return declaration.getSourceFile().fileName.startsWith(folder);
}

function entriesOf(folder: string, { exports = {} }: Manifest): readonly string[] {
  return Object.values(exports).flatMap((target) => {
    const source = typeof target === 'string' ? undefined : target['@halfclose/source'];
    return typeof source === 'string' ? [join(folder, source)] : [];
  });
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
