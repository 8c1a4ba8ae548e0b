import packageJson from '../../package.json' with { type: 'json' };
import { RENDER_VERSION } from '../components/kit/pod.ts';

export const OPERATOR_VERSION: string = packageJson.version;

export const VERSION_TEXT = `lgtm-operator ${OPERATOR_VERSION} (render version ${RENDER_VERSION})`;
