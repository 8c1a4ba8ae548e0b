import { section, type Section } from './syntax.ts';

/**
 * Records have the fields that Filebeat gives them, whichever collector they come from: `message`, `stream`, and below
 * `kubernetes`: `namespace`, `pod.name`, `pod.uid`, `container.name`, `node.name`, `labels`. Dots in keys of labels become
 * `_`, or `app` and `app.kubernetes.io/name` could not both be indexed. Ruby below is constant: nothing of a user's is in it.
 */
const KUBERNETES = [
  'k = record["kubernetes"] || {}',
  'labels = (k["labels"] || {}).transform_keys { |key| key.tr(".", "_") }',
  '{"namespace" => k["namespace_name"], "pod" => {"name" => k["pod_name"], "uid" => k["pod_id"]}.compact, ' +
    '"container" => {"name" => k["container_name"]}, "node" => {"name" => k["host"] || ENV["K8S_NODE_NAME"]}.compact, "labels" => labels}',
].join('; ');

/** From what the CRI parser and kubernetes_metadata say, to the fields above. */
export const shaped = (): Section =>
  section('filter **', { '@type': 'record_transformer', enable_ruby: true, renew_record: true, keep_keys: 'message,stream' }, [
    section('record', { kubernetes: `\${${KUBERNETES}}` }),
  ]);

/** Outputs that send records as they are (HTTP) need the time in them. Of a name with `@` Fluentd warns at the start, but takes it. */
export const timestamped = (): Section =>
  section('filter **', { '@type': 'record_transformer', enable_ruby: true }, [
    section('record', { '@timestamp': '${time.utc.strftime("%Y-%m-%dT%H:%M:%S.%NZ")}' }),
  ]);

const field = (...path: string[]): string => `\${record.dig("kubernetes", ${path.map((key) => JSON.stringify(key)).join(', ')})}`;

/**
 * Labels for Loki as fields of the record, and the line; nothing else stays, so that the line is sent as it is. A record of other make, without
 * `message`, is sent as JSON. `app`: the label that Kubernetes recommends, else plain `app`.
 */
export const labelled = (): Section =>
  section('filter **', { '@type': 'record_transformer', enable_ruby: true, renew_record: true }, [
    section('record', {
      message: '${record["message"] || record.to_json}',
      namespace: field('namespace'),
      pod: field('pod', 'name'),
      container: field('container', 'name'),
      node: field('node', 'name'),
      app: '${l = record.dig("kubernetes", "labels") || {}; l["app_kubernetes_io/name"] || l["app"]}',
      job: '${[record.dig("kubernetes", "namespace"), record.dig("kubernetes", "container", "name")].compact.join("/")}',
    }),
  ]);
