import { beforeEach, expect, test } from "vitest";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

const path = "/v1/automerge-tickets";

let http: HttpWorld;
let asker: Asker;

beforeEach(async () => {
  http = await createHttpWorld();
  asker = await http.join(["receptionist"]);
});

async function verdictOn(ticket: string): Promise<string> {
  const holder = await http.identity.automergeTickets.verify(ticket);
  return holder.ok ? holder.value.deviceId : holder.error.code;
}

test("[PA-1] who is signed in gets a ticket, with the device that stands for the session", async () => {
  const tickets = [await asker.post(path, {}), await asker.post(path, {})];
  expect(tickets.map(({ status }) => status)).toEqual([201, 201]);
  const [first, second] = tickets.map(({ body }) => body);
  expect(first.deviceId).toBe(second.deviceId);
  expect(first.ticket).not.toBe(second.ticket);
  expect(await verdictOn(first.ticket)).toBe(first.deviceId);
  expect(tickets[0]?.headers.get("cache-control")).toBe("no-store");
});

test("[PA-1] each ticket given is in the audit, without the ticket", async () => {
  const { body } = await asker.post(path, {});
  const { memberId } = asker;
  const { deviceId, ticket } = body;
  const entries = await http.audit();
  expect(entries).toContainEqual(
    expect.objectContaining({
      event: "automerge-ticket-issued",
      memberId,
      deviceId,
    }),
  );
  expect(JSON.stringify(entries)).not.toContain(ticket);
});

test("[PA-1] whoever asked for tickets can end all of them", async () => {
  const { body } = await asker.post(path, {});
  expect((await asker.delete(path)).status).toBe(204);
  expect(await verdictOn(body.ticket)).toBe("ticket-refused");
  expect((await asker.delete(path)).status).toBe(204);
});

test("[PA-2] a request for /automerge that asks for no WebSocket is told so", async () => {
  const answer = await http.app.request("/automerge?ticket=any");
  expect(answer.status).toBe(426);
  expect(await answer.json()).toMatchObject({ code: "upgrade-required" });
});
