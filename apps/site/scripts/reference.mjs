// Writes the reference: a page of Markdown for each entry of each published package, made by typedoc from the comments in the
// source. What it has to say against the comments is an error: a link that leads nowhere, a name that no page explains.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, LogLevel } from 'typedoc';

const app = fileURLToPath(new URL('../', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Where the pages go. */
export const REFERENCE = `${app}reference`;

/** Names of entries as they are imported, by their source: `@halfclose/net/register`. */
function publishedEntries() {
  const entries = new Map();
  for (const folder of readdirSync(`${root}packages`).map((name) => join(root, 'packages', name))) {
    const {
      name,
      private: isPrivate,
      exports = {},
    } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (isPrivate === true) continue;
    for (const [path, target] of Object.entries(exports)) {
      const source = target['@halfclose/source'];
      if (source !== undefined) entries.set(join(folder, source), `${name}${path.slice(1)}`);
    }
  }
  return entries;
}

/** Writes all pages anew. Returns how many entries there are. */
export async function writeReference() {
  const entries = publishedEntries();
  const typedoc = await Application.bootstrapWithPlugins({
    entryPoints: [...entries.keys()],
    tsconfig: `${app}tsconfig.reference.json`,
    plugin: ['typedoc-plugin-markdown'],
    basePath: root,
    out: REFERENCE,
    entryFileName: 'index.md',
    readme: 'none',
    name: 'Reference',
    // The compiler has its own step; here comments are read.
    skipErrorChecking: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    router: 'module',
    disableGit: true,
    gitRevision: 'main',
    sourceLinkTemplate: 'https://github.com/halfclose/halfclose/blob/{gitRevision}/packages/{path}#L{line}',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hidePageTitle: false,
    useCodeBlocks: true,
    // Its anchors and those that are made of headings count repeated names in two ways, so each has its own.
    useHTMLAnchors: true,
    anchorPrefix: 'api-',
    useHTMLEncodedBrackets: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    enumMembersFormat: 'table',
    logLevel: LogLevel.Warn,
    githubPages: false,
  });
  typedoc.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of [...(project.children ?? [])]) {
      const [source] = module.sources ?? [];
      const name = source && entries.get(join(root, source.fileName));
      // What is loaded for what it does (`@halfclose/net/register`) has nothing to be listed.
      if ((module.children ?? []).length === 0) project.removeReflection(module);
      else if (name !== undefined) module.name = name;
    }
  });
  const project = await typedoc.convert();
  if (project === undefined) throw new Error('typedoc could not read the packages');
  typedoc.validate(project);
  await typedoc.generateOutputs(project);
  const { errorCount } = typedoc.logger;
  if (errorCount > 0) throw new Error(`typedoc has ${errorCount} errors, above`);
  return entries.size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = await writeReference();
  console.log(`${relative(root, REFERENCE)}: ${count} entries`);
}
