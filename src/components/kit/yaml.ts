import { dump } from 'js-yaml';

/**
 * YAML that readers of both YAML 1.1 (Go's older parsers) and 1.2 understand alike: js-yaml quotes what either would
 * take for something else. Keys stay in the order given, so that output is stable.
 */
export const toYaml = (value: unknown): string => dump(value, { lineWidth: -1, noRefs: true });
