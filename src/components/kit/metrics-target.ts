/** Where collectors of metrics write to. */
export interface MetricsTarget {
  /** Whole address of the remote write API: `http://metrics-mimir.obs.svc:8080/api/v1/push` */
  pushUrl: string;
  /** X-Scope-OrgID, while tenancy is on. */
  tenant: string | undefined;
  /** Whether the store takes one replica of an HA pair and drops the other, by the labels `cluster` and `__replica__`. */
  ha: boolean;
}
