import type { Kind } from '../api/kinds.ts';
import type { Controller } from '../engine/controller.ts';
import type { Plan } from '../status/plan.ts';
import { dashboardStackController } from './dashboardstack.ts';
import { logStackController } from './logstack/index.ts';
import { metricsStackController } from './metricsstack.ts';
import { tracingStackController } from './tracingstack.ts';

/** The controller of each kind. */
export const CONTROLLERS: Readonly<Record<Kind, Controller<Plan>>> = {
  LogStack: logStackController,
  TracingStack: tracingStackController,
  MetricsStack: metricsStackController,
  DashboardStack: dashboardStackController,
};
