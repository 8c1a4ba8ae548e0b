import type { MetricsStack } from '../api/kinds.ts';

/** Whether a MetricsStack runs an Alertmanager. */
export const alertmanagerOn = (_stack: MetricsStack): boolean => true;

/** Interval at which its collection scrapes. */
export const scrapeIntervalOf = (_stack: MetricsStack): string => '30s';
