import type { LogStack, TracingStack } from '../../../api/kinds.ts';
import { certificatesSecret, ELASTICSEARCH_USERS, elasticsearchUrl, usersSecret } from '../../elasticsearch/endpoints.ts';
import { datasetOf } from '../../kit/sink.ts';
import { lokiUrl } from '../../loki/endpoints.ts';
import { type Datasource, FromSecret, variableFor } from '../datasource.ts';
import { identity, ownerOf, sourceOf, tenantHeader } from './names.ts';

/** Trace ids in the text of a line, as JSON, logfmt or plain. */
const TRACE_ID_IN_TEXT = '"?trace_?[iI][dD]"?[=:]\\s*"?(\\w+)';

/** As a label or as structured metadata, which is where OpenTelemetry puts it, and in the text of the line. */
function derivedFields(traces: readonly TracingStack[]): object[] {
  return traces.flatMap((stack) => {
    const { name, uid } = sourceOf(stack);
    const link = { datasourceUid: uid, url: '${__value.raw}', urlDisplayLabel: `Trace in ${name}` };
    return [
      { name: `trace_id (${stack.metadata.name})`, matcherType: 'label', matcherRegex: 'trace[_]?id', ...link },
      { name: `traceID in the line (${stack.metadata.name})`, matcherType: 'regex', matcherRegex: TRACE_ID_IN_TEXT, ...link },
    ];
  });
}

/** The datasource of a Loki, with links to traces. */
export const lokiDatasource = (stack: LogStack, traces: readonly TracingStack[]): Datasource => ({
  ...identity(stack, 'Loki'),
  type: 'loki',
  url: lokiUrl(ownerOf(stack)),
  jsonData: { maxLines: 1000, ...(traces.length > 0 ? { derivedFields: derivedFields(traces) } : {}) },
  headers: tenantHeader(stack),
});

/** The datasource of an Elasticsearch: read by a user that can do nothing else, over TLS that trusts its own CA. */
export function elasticsearchDatasource(stack: LogStack, traces: readonly TracingStack[]): Datasource {
  const owner = ownerOf(stack);
  const { name, uid } = identity(stack, 'Elasticsearch');
  const reader = ELASTICSEARCH_USERS.reader;
  const dataLinks = traces.map((trace) => {
    const target = sourceOf(trace);
    return { field: 'trace.id', url: '${__value.raw}', datasourceUid: target.uid, urlDisplayLabel: `Trace in ${target.name}` };
  });
  return {
    name,
    uid,
    type: 'elasticsearch',
    url: elasticsearchUrl(owner),
    jsonData: {
      index: `logs-${datasetOf(owner)}-*`,
      timeField: '@timestamp',
      logMessageField: 'message',
      logLevelField: 'log.level',
      maxConcurrentShardRequests: 5,
      ...(dataLinks.length > 0 ? { dataLinks } : {}),
    },
    headers: {},
    basicAuth: { user: reader, password: new FromSecret(variableFor(uid, 'PASSWORD'), { secret: usersSecret(owner), key: reader }) },
    ca: new FromSecret(variableFor(uid, 'CA'), { secret: certificatesSecret(owner), key: 'ca.crt' }),
  };
}
