import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import vitest from '@vitest/eslint-plugin';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import jsdoc from 'eslint-plugin-jsdoc';
import n from 'eslint-plugin-n';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { packages } from './layers.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const typed = [
  'packages/*/{src,test}/**/*.ts',
  'apps/*/{src,test}/**/*.{ts,tsx}',
  'apps/site/.vitepress/*.ts',
  'test/**/*.ts',
];
const library = ['packages/*/src/**/*.ts'];
const tests = ['packages/*/test/**/*.ts', 'apps/*/test/**/*.ts', 'test/**/*.ts'];

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/.vitepress/cache/',
    '**/out/',
    '**/coverage/',
    '**/.turbo/',
    '**/node_modules/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    // Scripts and configs; what they name is looked up by the n plugin, not by a list of globals.
    files: ['**/*.{js,mjs,cjs}'],
    extends: [n.configs['flat/mixed-esm-and-cjs']],
    rules: {
      'n/prefer-node-protocol': 'error',
      'n/no-missing-import': 'off',
      'n/no-missing-require': 'off',
      'n/no-unpublished-import': 'off',
      'n/no-unpublished-require': 'off',
      'n/no-extraneous-import': 'off',
      'n/no-extraneous-require': 'off',
      'n/hashbang': 'off',
      'n/no-process-exit': 'off',
    },
  },
  {
    // fetch and cpSync work in Node 20, where they are still marked experimental.
    files: ['scripts/**/*.mjs'],
    rules: {
      'n/no-unsupported-features/node-builtins': ['error', { ignores: ['fetch', 'fs.cpSync'] }],
    },
  },
  {
    files: ['scripts/rehearsal/project/page/**'],
    languageOptions: { globals: { document: 'readonly' } },
  },
  {
    // Pages run in browsers.
    files: ['examples/browser-*/page/**/*.js'],
    rules: { 'n/no-unsupported-features/node-builtins': 'off' },
  },
  { files: ['**/*.config.ts', '*.ts'], extends: [tseslint.configs.recommended] },
  {
    files: typed,
    extends: [tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX, n },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.js', '.mjs', '.json'],
          conditionNames: ['@halfclose/source', 'import', 'node', 'default'],
        }),
      ],
      n: { version: '>=20.19.0' },
    },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-param-reassign': 'off',
      'object-shorthand': 'error',
      'prefer-template': 'error',

      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/strict-boolean-expressions': [
        'error',
        { allowNullableObject: true, allowNullableBoolean: true, allowNumber: true, allowString: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/unified-signatures': 'error',

      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'import-x/no-duplicates': 'error',
      'import-x/no-mutable-exports': 'error',
      'import-x/no-relative-packages': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-unresolved': 'error',

      'n/no-deprecated-api': 'error',
      'n/no-unsupported-features/node-builtins': 'error',
      'n/prefer-node-protocol': 'error',
    },
  },
  {
    // What a package exports is documented where it is defined.
    files: library,
    extends: [
      jsdoc.configs['flat/contents-typescript-error'],
      jsdoc.configs['flat/logical-typescript-error'],
    ],
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: { esm: true },
          enableFixer: false,
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'TSEnumDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
        },
      ],
      'jsdoc/require-description': ['error', { contexts: ['any'] }],
      // The compiler and the editor check {@link}s; this rule does not know members of the class at hand.
      'jsdoc/no-undefined-types': 'off',
      'jsdoc/no-types': 'error',
      // Prose is free; the sections are checked.
      'jsdoc/informative-docs': 'off',
      'jsdoc/match-description': 'off',
      'jsdoc/text-escaping': 'off',
      'jsdoc/require-hyphen-before-param-description': 'off',
      'jsdoc/check-tag-names': [
        'error',
        { definedTags: ['remarks', 'typeParam', 'defaultValue', 'packageDocumentation'] },
      ],
    },
  },
  {
    // "`as` only in codec and tests." net wraps Node's own loosely typed streams, and testkit what Node hides, so they may, too.
    files: library,
    ignores: ['packages/{codec,net,testkit}/src/**'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }] },
  },
  {
    // The web's streams are what these APIs are made of. Node 20 has them, and calls them experimental.
    files: ['packages/{promises,web,deno}/{src,test}/**/*.{ts,mjs}'],
    rules: {
      'n/no-unsupported-features/node-builtins': [
        'error',
        {
          ignores: [
            'CountQueuingStrategy',
            'ReadableByteStreamController',
            'ReadableStream',
            'Response',
            'WritableStream',
            'WritableStreamDefaultController',
            'WritableStreamDefaultWriter',
          ],
        },
      ],
    },
  },
  {
    // node:net has a default export, so ours has; VitePress wants one of its configuration.
    files: ['packages/net/src/**/*.ts', 'apps/site/.vitepress/config.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  ...Object.entries(packages).flatMap(([name, layer]) => rulesOfLayer(name, layer)),
  {
    files: tests,
    plugins: { vitest },
    rules: {
      ...vitest.configs.recommended.rules,
      'vitest/expect-expect': [
        'error',
        // `wire.send('...').expect('...')`: packet traces assert in their own words.
        { assertFunctionNames: ['expect*', 'assert*', 'check*', 'fc.assert', '**.expect*'] },
      ],
      // A test may skip where the machine cannot run it, with the reason (`ctx.skip(...)`, `it.skipIf`), but
      // not for good. The plugin's own rule does not know the difference.
      'vitest/no-disabled-tests': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name=/^(it|test|describe|suite)$/][property.name='skip']",
          message: 'Skip by capability and say why: ctx.skip(condition, reason), or it.skipIf(condition).',
        },
      ],
      'vitest/no-focused-tests': 'error',
      'vitest/valid-title': ['error', { ignoreTypeOfDescribeName: true }],
      // A table of cases or a loop over seeds is good practice here.
      'vitest/no-conditional-expect': 'off',
      'vitest/no-standalone-expect': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // It runs in browsers, and not in Node.
    files: ['apps/playground/src/**'],
    rules: {
      'n/no-unsupported-features/node-builtins': 'off',
      'import-x/no-unresolved': ['error', { ignore: ['^virtual:'] }],
    },
  },
  {
    // Tests as users write them; fetch is marked experimental in Node 20, and there.
    files: ['test/interop/labs/**'],
    languageOptions: { globals: { expect: 'readonly', test: 'readonly' } },
    rules: { 'n/no-unsupported-features/node-builtins': 'off' },
  },
);

/** The row of layers.mjs as lint rules. */
function rulesOfLayer(name, { imports, npm = [], node, clock, host = [] }) {
  const src = `packages/${name}/src`;
  const hostFiles = host.map((file) => `${src}/${file}`);
  const allowed = [...imports.map((other) => `@halfclose/${other}`), ...npm];

  const importRule = (mayUseNode, mayUseClock) => {
    const open = [...allowed.map((other) => `${other}(?:/|$)`), '\\.'];
    if (mayUseNode) open.push('node:');
    const patterns = [
      {
        regex: `^(?!${open.join('|')})`,
        message: `layers.mjs: ${name} may import ${[...allowed, ...(mayUseNode ? ['node:*'] : [])].join(', ') || 'nothing'}.`,
      },
    ];
    if (!mayUseClock) {
      patterns.push({
        regex: '^@halfclose/timers/host$',
        message: `layers.mjs: ${name} does not touch the host's timers.`,
      });
    }
    return { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] };
  };
  const noHost = {
    'no-restricted-globals': [
      'error',
      ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
      ...['queueMicrotask', 'Date', 'performance', 'crypto', 'console', 'process', 'Buffer', 'globalThis'],
    ].map((rule, index) =>
      index === 0 ? rule : { name: rule, message: 'Time and chance come from outside: layers.mjs.' },
    ),
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'Time and chance come from outside: layers.mjs.' },
    ],
  };

  return [
    {
      files: [`${src}/**/*.ts`],
      ignores: hostFiles,
      rules: { ...importRule(node, clock), ...(clock ? {} : noHost) },
    },
    ...(hostFiles.length > 0 ? [{ files: hostFiles, rules: importRule(true, true) }] : []),
  ];
}
