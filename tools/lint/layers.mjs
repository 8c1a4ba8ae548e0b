import { builtinModules } from 'node:module';

/**
 * The one-way layers of src/, and what the pure ones may not touch, as ESLint configuration.
 * `api ← components ← wiring, retention, guard, status ← controllers → engine → kube`, base below all; dataplane stands beside the engine, keys below it.
 */

const MODEL = ['base', 'api', 'components'];

/** Folder in src/ → the folders that it may import from, beside itself. cli may import anything. */
const MAY_IMPORT = {
  base: [],
  api: ['base'],
  components: ['base', 'api'],
  wiring: MODEL,
  retention: MODEL,
  guard: MODEL,
  status: MODEL,
  kube: ['base'],
  dataplane: ['base', 'kube'],
  keys: ['base'],
  engine: ['base', 'kube', 'keys'],
  controllers: [...MODEL, 'wiring', 'retention', 'guard', 'status', 'kube', 'engine'],
};

const LAYERS = [...Object.keys(MAY_IMPORT), 'cli'];

/** No input or output, no clock, no randomness: the same arguments give the same result. */
const PURE = ['base', 'api', 'components', 'wiring', 'retention', 'guard', 'status'];

/** The one pure thing that Node itself must give. */
const HASH = 'src/base/hash.ts';

const escaped = (names) => names.map((name) => name.replaceAll('/', '\\/')).join('|');

function layerPattern(layer) {
  const forbidden = LAYERS.filter((other) => other !== layer && !MAY_IMPORT[layer].includes(other));
  return {
    regex: `^\\.{1,2}/(.*/)?(${forbidden.join('|')})/`,
    message: `${layer} may import from: ${[layer, ...MAY_IMPORT[layer]].join(', ')}.`,
  };
}

const PURE_PATTERNS = [
  { regex: `^(node:.*|(${escaped(builtinModules)}))$`, message: 'This folder is pure: nothing of Node but createHash, by base/hash.' },
  {
    regex: '^(undici|pino|prom-client|@kubernetes/client-node)(/.*)?$',
    message: 'This folder is pure: types only.',
    allowTypeImports: true,
  },
];

const WORLD = [
  'process', 'globalThis', 'global', 'console', 'crypto', 'fetch', 'performance', 'require', 'WebSocket', 'EventSource',
  'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask',
];

const message = 'This folder is pure: no input or output, no clock, no randomness. Take it as an argument.';

const PURE_RULES = {
  'no-restricted-globals': ['error', ...WORLD.map((name) => ({ name, message }))],
  'no-restricted-properties': ['error', { object: 'Date', property: 'now', message }, { object: 'Math', property: 'random', message }],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message },
    { selector: "CallExpression[callee.name='Date']", message },
    { selector: 'ImportExpression', message: 'This folder is pure: import statically.' },
  ],
};

const imports = (patterns, paths = []) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns, paths }] });

/** @param {string[]} tests globs of tests, which keep the layers but may touch the world */
export function layerConfigs(tests) {
  const layered = Object.keys(MAY_IMPORT).map((layer) => ({ files: [`src/${layer}/**/*.ts`], rules: imports([layerPattern(layer)]) }));
  const pure = PURE.map((layer) => ({
    files: [`src/${layer}/**/*.ts`],
    ignores: tests,
    rules: { ...PURE_RULES, ...imports([layerPattern(layer), ...PURE_PATTERNS]) },
  }));
  const hash = { files: [HASH], rules: imports([layerPattern('base'), PURE_PATTERNS[1]], [{ name: 'node:crypto', allowImportNames: ['createHash'] }]) };
  return [...layered, ...pure, hash];
}
