/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Sources are ES modules with `.ts` specifiers, as Node runs them.
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/jest/strip-types.mjs' },
  testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  injectGlobals: false,
  testTimeout: 20_000,
  // By default two processors would run one suite at a time; most of them wait for a server.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/jest/summary.mjs'],
};
