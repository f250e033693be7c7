// objects.js KUBECONFIG NAMESPACE: an object's life with the official JavaScript client.
import assert from 'node:assert';
import {
  ApiException, CoreV1Api, KubeConfig, makeInformer, PatchStrategy, setHeaderOptions, Watch,
} from '@kubernetes/client-node';

const SEEN_MAX = 30_000;
const [kubeconfig, namespace] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const api = config.makeApiClient(CoreV1Api);
const name = 'javascript';
const labelSelector = 'suite=javascript';
const path = `/api/v1/namespaces/${namespace}/configmaps`;

const events = [];
const told = (type) => (object) => events.push(`${type} ${object.data?.step}`);

async function until(wanted) {
  const limit = Date.now() + SEEN_MAX;
  while (!events.includes(wanted)) {
    assert(Date.now() < limit, `no "${wanted}" in ${events}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function refused(code, reason, call) {
  await assert.rejects(call, (e) => e instanceof ApiException && e.code === code && JSON.parse(e.body).reason === reason);
}

const map = (step) => ({metadata: {name, labels: {suite: 'javascript'}}, data: {step}});
const informer = makeInformer(config, path,
  () => api.listNamespacedConfigMap({namespace, labelSelector}), labelSelector);
informer.on('add', told('added'));
informer.on('update', told('updated'));
informer.on('delete', told('deleted'));
let stopping = false; // it tells its own end as an error
informer.on('error', (e) => assert(stopping, e));
await informer.start();

const created = await api.createNamespacedConfigMap({namespace, body: map('created')});
await until('added created');
await refused(409, 'AlreadyExists', () => api.createNamespacedConfigMap({namespace, body: map('again')}));
const list = await api.listNamespacedConfigMap({namespace, labelSelector});
assert.deepStrictEqual(list.items.map((one) => one.metadata.uid), [created.metadata.uid]);

const changed = await api.replaceNamespacedConfigMap({namespace, name, body: {...created, data: {step: 'changed'}}});
assert.notStrictEqual(changed.metadata.resourceVersion, created.metadata.resourceVersion);
await until('updated changed');
await refused(409, 'Conflict', () => api.replaceNamespacedConfigMap({namespace, name, body: created}));

const patches = [
  [PatchStrategy.MergePatch, {data: {step: 'merged'}}],
  [PatchStrategy.StrategicMergePatch, {data: {step: 'strategic'}}],
  [PatchStrategy.JsonPatch, [{op: 'replace', path: '/data/step', value: 'json'}]],
];
for (const [type, body] of patches) {
  await api.patchNamespacedConfigMap({namespace, name, body}, setHeaderOptions('Content-Type', type));
}
const apply = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data: {step: 'applied'}};
await api.patchNamespacedConfigMap({namespace, name, body: apply, fieldManager: 'suite', force: true},
  setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply));
await until('updated applied');
assert.strictEqual(informer.get(name, namespace).data.step, 'applied');

await api.deleteNamespacedConfigMap({namespace, name});
await until('deleted applied');
await refused(404, 'NotFound', () => api.readNamespacedConfigMap({namespace, name}));
stopping = true;
await informer.stop();

// a watch from a revision that is long gone
const ended = await new Promise((resolve, reject) => {
  new Watch(config).watch(path, {resourceVersion: created.metadata.resourceVersion, timeoutSeconds: 1},
    (type) => events.push(`watched ${type}`), (e) => (e && e.name !== 'AbortError' ? reject(e) : resolve(true))).catch(reject);
});
assert(ended && events.includes('watched DELETED'), String(events));
console.log('ok: javascript');
process.exit(0);
