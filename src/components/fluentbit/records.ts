/**
 * Lua that gives records the fields that Filebeat gives them (src/components/fluentd/records.ts says which), and the two labels that must
 * be computed for Loki. Constant: nothing of a user's is in it. While the API server is away the filter before it adds nothing at all, so
 * that pod, namespace and container are taken from the name of the file, and the node from the environment.
 */
const LINES = [
  'function shape(tag, timestamp, record)',
  '  local k = record["kubernetes"] or {}',
  '  local pod, namespace, container = string.match(tag, "var%.log%.containers%.([^_]+)_([^_]+)_(.+)%-%x+%.log$")',
  '  local labels = {}',
  '  for key, value in pairs(k["labels"] or {}) do',
  '    labels[(string.gsub(key, "%.", "_"))] = value',
  '  end',
  '  local fields = {}',
  '  fields["message"] = (string.gsub(record["log"] or "", "\\n+$", ""))',
  '  fields["stream"] = record["stream"]',
  '  fields["kubernetes"] = {',
  '    namespace = k["namespace_name"] or namespace,',
  '    pod = { name = k["pod_name"] or pod, uid = k["pod_id"] },',
  '    container = { name = k["container_name"] or container },',
  '    node = { name = k["host"] or os.getenv("NODE_NAME") }',
  '  }',
  '  if next(labels) ~= nil then fields["kubernetes"]["labels"] = labels end',
];

const FOR_LOKI = [
  '  fields["app"] = labels["app_kubernetes_io/name"] or labels["app"]',
  '  if namespace and container then',
  '    fields["job"] = namespace .. "/" .. container',
  '  end',
];

/** The script. A code of 2 leaves the time of the record as it is. */
export const shapeScript = (loki: boolean): string => `${[...LINES, ...(loki ? FOR_LOKI : []), '  return 2, timestamp, fields', 'end'].join('\n')}\n`;
