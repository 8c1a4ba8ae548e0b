/** Makes golden files short: labels are tested by themselves, and would repeat on every object. */
export function elided(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(elided);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'labels' || key === 'matchLabels' ? short(item as Record<string, string>) : elided(item)]),
  );
}

/** `loki of LogStack logs`, and what is not ours. */
function short(labels: Record<string, string>): unknown {
  const component = labels['app.kubernetes.io/component'];
  if (component === undefined) return labels;
  const foreign = Object.entries(labels).filter(([key]) => !key.startsWith('app.kubernetes.io/') && !key.startsWith('lgtm-operator.io/'));
  const text = `${component} of ${labels['lgtm-operator.io/owner-kind']} ${labels['app.kubernetes.io/instance']}`;
  return foreign.length === 0 ? text : { ours: text, ...Object.fromEntries(foreign) };
}
