import type { MetricsStack } from '../api/kinds.ts';
import { scrapeInterval } from '../api/scraping.ts';

/** Whether a MetricsStack runs an Alertmanager. */
export const alertmanagerOn = ({ spec }: MetricsStack): boolean => spec.alertmanager?.enabled !== false;

/** Interval at which its collection scrapes. */
export const scrapeIntervalOf = ({ spec }: MetricsStack): string => scrapeInterval(spec.collection?.prometheus ?? spec.collection?.alloy ?? {});
