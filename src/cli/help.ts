export const HELP = `lgtm-operator: LogStack, TracingStack, MetricsStack and DashboardStack into a running, correlated observability platform

Usage: lgtm-operator COMMAND [options]

  run                     run the operator against a cluster
      --kubeconfig FILE     default: in-cluster, else KUBECONFIG or ~/.kube/config
      --context NAME        context of the kubeconfig
      --namespaces A,B      only these namespaces (default: all)
      --leader-elect        run several, one of which acts
      --operator-namespace  where the Lease lives (default: lgtm-operator)
      --http-address ADDR   /healthz, /readyz and /metrics (default: :8080; empty: none)
      --workers N           resources reconciled at a time (default: 8)
      --log-level LEVEL     debug, info, warn, error (default: info)
  render -f FILE...       print exactly what the operator would apply, in apply order
  validate -f FILE...     check files; exit code 1 where something is wrong
      -n, --namespace NAME  namespace of resources that name none (default: default)
  crds                    print the CustomResourceDefinitions
  version                 print the version

-f may be given several times; - is standard input. docs/ has a page for each scenario.
`;
