/** automerge-repo's own acceptance tests of networks, over this server's side of its wire. */
// Before its suites: they import a module that needs it whole.
import "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import { runNetworkAdapterTests } from "@automerge/automerge-repo/helpers/tests/network-adapter-tests.js";
import { describe } from "vitest";

import { WireAdapter } from "./wire-adapter.test-support.ts";

// They give a connection 50 ms by the clock. Where a busy machine takes longer, the stock client looks for a document before it has
// taken note of who might have it.
describe("[PA-14] the wire of /automerge", { retry: 5 }, () => {
  runNetworkAdapterTests(async () => {
    const server = await WireAdapter.listen();
    const clients = [server.url, server.url].map(
      (url) => new WebSocketClientAdapter(url),
    );
    server.expect(clients);
    const [left = server, right = server] = clients;
    return {
      adapters: [left, server, right],
      teardown: () => {
        for (const client of clients) if (client.socket) client.disconnect();
        server.close();
      },
    };
  });
});
