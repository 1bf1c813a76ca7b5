/** automerge-repo's own acceptance tests of storage, over the local log. */
// Before its suites: they import a module that needs it whole.
import "@automerge/automerge-repo";
import { runStorageAdapterTests } from "@automerge/automerge-repo/helpers/tests/storage-adapter-tests.js";

import { foundClinic, openDevice } from "./clinic.test-support.ts";

runStorageAdapterTests(async () => {
  const device = await openDevice({ name: "ada" });
  await foundClinic(device);
  const view = await device.client.openRepoView();
  return { adapter: view.storage, teardown: () => view.close() };
}, "[PA-14] the local log");
